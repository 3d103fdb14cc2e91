using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dispatch.Geo;
using Dispatch.Geo.PostGis;
using Dispatch.Geo.Regions;
using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Live;
using Dispatch.Server.Policies;
using Dispatch.Server.Regions;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Server.Incidents;

/// <summary>
/// An operator raises an incident under an id of his own: the region that covers the place is found, needs and fact 1 are written, and in the
/// same transaction the nearest are asked. The same id and body again answers with the incident as it is; the same id with another body is refused.
/// </summary>
internal sealed class RaiseIncident(DispatchLane store, FactLog log, GeoBounds bounds, ILogger<RaiseIncident> logger)
{
    internal sealed record Request(
        string? Category, string? Grade, string? Warning, string? ResponseLevel, string? Risk, string? Address, PlaceRequest? Position, IReadOnlyList<NeedRequest?>? Needs,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<PlaceRequest?>? AlsoAt = null, // left out, so that a request without is what it always was
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AreaRequest? Area = null)
    {
        /// <summary>A drill. Absent in requests of earlier clients, and then absent from their hash.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public bool? Drill { get; init; }
    }

    internal sealed record AreaRequest(string? Datum, IReadOnlyList<IReadOnlyList<double>?>? Ring);

    internal sealed record PlaceRequest(double? Longitude, double? Latitude, string? Datum);

    internal sealed record NeedRequest(string? Qualification, int? Count);

    internal const int MostPeoplePerNeed = 500;

    public static async Task<IResult> Handle(Guid id, Request request, Caller caller, RaiseIncident raise, CancellationToken cancellation)
    {
        var (outcome, created) = await raise.HandleAsync(caller, id, request, cancellation);
        return outcome.Problem is null && created
            ? TypedResults.Json(outcome.Value, Json.Options, statusCode: StatusCodes.Status201Created)
            : outcome.ToResult();
    }

    /// <remarks>A draft is drawn up by a log that keeps nothing; nobody is asked.</remarks>
    public async Task<(Outcome<IncidentView> Outcome, bool Created)> HandleAsync(Caller caller, Guid id, Request request, CancellationToken cancellation, bool draft = false)
    {
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, Json.Options));
        await using var db = await store.CreateDbContextAsync(cancellation);
        await db.Database.OpenConnectionAsync(cancellation);
        var (category, taxonomy, raised) = await LookUpAsync(db, id, request, cancellation);
        if (raised)
        {
            return (await RepeatAsync(db, caller, id, hash, cancellation), false);
        }

        var faults = new List<Fault>();
        if (id == Guid.Empty)
        {
            faults.Add(new("id", "编号不能全为零，应由客户端生成 UUID", "must be a UUID made by the client, not all zeros"));
        }

        var place = RaiseFaults.Check(request, category, taxonomy, bounds, faults);
        var extent = Extent.Check(request, bounds, faults);
        if (faults.Count > 0)
        {
            return (Problems.Invalid(faults), false);
        }

        var above = await LineAsync(db, place, cancellation);
        if (above.Count == 0)
        {
            return ((await LocateRegion.FindAsync((NpgsqlConnection)db.Database.GetDbConnection(), place, cancellation)).Nearest is { } nearest
                ? Problems.OutsideEveryRegion(nearest.Code, nearest.Name, nearest.DistanceMetres)
                : Problems.Conflict("尚未导入任何辖区边界", "No region boundaries are imported yet"), false);
        }

        var tree = new RegionTree(above.Select(row => new Region(row.Code, row.Name, row.ParentCode, (RegionLevel)row.Level, row.LevelName, row.Path, row.HasAuthority)));
        var (touched, superior, wider) = await extent.TouchAsync(db, above[^1].Path, tree, faults, cancellation);
        if (faults.Count > 0)
        {
            return (Problems.Invalid(faults), false);
        }

        if (superior is not null)
        {
            (above, tree) = ([.. above.Where(row => superior.IsWithin(wider.Get(row.Code)))], wider); // it belongs to the superior, wherever its place lies
        }

        var region = above[^1];
        if (!caller.Commands(region.Path) && !touched.Any(command => caller.Commands(command.Path)))
        {
            return (Problems.Forbidden($"该位置属于{string.Join("", above.Where(row => row.HasAuthority).Select(row => row.Name))}，不在您的辖区内",
                "The place belongs to another command; it has to raise the incident"), false);
        }

        var (name, plan) = await PlanFor.RaiseAsync(db, caller.AccountId, category!, region.Path, cancellation);
        await db.Database.CloseConnectionAsync(); // a raise takes one of the lane's connections at a time
        var district = tree.DistrictOf(tree.Get(region.Code));
        var needs = request.Needs!.Select((need, index) => (Qualification: taxonomy[need!.Qualification!], Count: (short)need.Count!.Value, Ordinal: (short)(index + 1))).ToList();
        try
        {
            var outcome = await AskingAsync(id, draft, asking => log.BeginAsync<IncidentView>(
                (records, now) =>
                {
                    var incident = new Incident
                    {
                        Id = id,
                        RequestHash = hash,
                        Category = category!.Key,
                        Grade = request.Grade,
                        Warning = request.Warning,
                        ResponseLevel = request.ResponseLevel,
                        Risk = request.Risk!.Trim(),
                        Address = request.Address!.Trim(),
                        Location = place.ToPoint(),
                        Region = region.Code,
                        RegionPath = region.Path,
                        RegionZone = region.TimeZone,
                        RegionNames = [.. above.Where(row => row.HasAuthority).Select(row => row.Name)],
                        District = district.Code,
                        Touched = superior is null ? null : [.. touched.Select(command => command.Path)],
                        AlsoAt = Extent.Flat(extent.Points),
                        Area = Extent.Flat(extent.Area),
                        Drill = request.Drill == true,
                        Hazardous = category.Hazardous,
                        LifeCritical = category.LifeCritical,
                        FallbackAfter = category.FallbackAfter,
                        FirstRing = plan.FirstRing,
                        LastRing = plan.LastRing,
                        AnswerWithin = plan.AnswerWithin,
                        RadiusMetres = plan.RadiusMetres,
                        TargetProbability = plan.TargetProbability,
                        InnerTarget = plan.InnerTarget,
                        ArriveWithin = plan.ArriveWithin,
                        AlertBudget = plan.AlertBudget,
                        AlertPeriod = plan.AlertPeriod,
                        RestFloor = plan.RestFloor,
                        Mode = plan.Mode,
                        QuietFrom = plan.QuietFrom,
                        QuietTo = plan.QuietTo,
                        Aid = request.Drill == true ? AidAsked.Operator : plan.Aid, // no drill asks a neighbour by itself
                        AidAnswerWithin = plan.AidAnswerWithin,
                        LendFor = plan.LendFor,
                        RaisedBy = caller.AccountId,
                        RaisedAt = now,
                        LookAt = now, // should the hint be lost, the sweep asks
                    };
                    return (incident, tree, async record =>
                    {
                        var rows = needs.ConvertAll(need => new Need { IncidentId = id, Ordinal = need.Ordinal, QualificationId = need.Qualification.Id, Count = need.Count });
                        records.Needs.AddRange(rows);
                        var view = IncidentView.Of(
                            incident, category.Class, new(region.Code, region.Name, region.NameEn, region.Path, region.Level, region.LevelName), district.Name, null,
                            rows.ConvertAll(row => NeedView.Of(row, needs[row.Ordinal - 1].Qualification))) with
                        {
                            Commands = superior is null ? null : [.. touched.Select(command => new IncidentView.DistrictPart(command.Code, command.Name))],
                        };
                        record.Append(FactKind.IncidentRaised, Actor.Operator(caller.AccountId), new { incident = view with { LastFact = 1 } });
                        record.NeedsAsking = !asking || await AskAsync(record, cancellation);
                        return view with { LastFact = 1, RaisedBy = new(caller.AccountId, name), Callouts = [] };
                    });
                },
                cancellation));
            return (outcome, true);
        }
        catch (DbUpdateException e) when (IsSameRaise(e))
        {
            // The same raise came twice at once; the other one was first.
            return (await RepeatAsync(db, caller, id, hash, cancellation), false);
        }
    }

    /// <summary>The category, those of the qualifications needed that exist, and whether this id is raised already: one round trip, on the way of every raise.</summary>
    private static async Task<(Category? Category, Dictionary<string, Qualification> Taxonomy, bool Raised)> LookUpAsync(
        DispatchDb db, Guid id, Request request, CancellationToken cancellation)
    {
        static bool IsText(string? text) => text?.Contains('\0') == false; // Postgres takes no NUL, not even in a question
        var key = IsText(request.Category) ? request.Category : null;
        var needed = (request.Needs ?? []).Select(need => need?.Qualification).Where(IsText).ToList();
        var known = await db.Qualifications.AsNoTracking().Where(qualification => needed.Contains(qualification.Key))
            .Select(qualification => new
            {
                Qualification = qualification,
                Category = db.Categories.SingleOrDefault(category => category.Key == key),
                Raised = db.Incidents.Any(incident => incident.Id == id),
            }).ToListAsync(cancellation);
        return known.Count > 0
            ? (known[0].Category, known.ToDictionary(row => row.Qualification.Key, row => row.Qualification), known[0].Raised)
            : (await db.Categories.AsNoTracking().SingleOrDefaultAsync(category => category.Key == key, cancellation), [], await db.Incidents.AnyAsync(incident => incident.Id == id, cancellation));
    }

    /// <returns>Whether more is to be done after the commit: people others have asked are to be taken over.</returns>
    private static async Task<bool> AskAsync(OpenRecord record, CancellationToken cancellation)
    {
        await record.Db.SaveChangesAsync(cancellation); // what asks reads what stands in the tables
        return (await CallOutNearest.AdvanceAsync(record, widen: false, cancellation)).Count > 0;
    }

    /// <summary>
    /// Writes with the first wave in the same transaction, which spares a second one its way to the phones (docs/decisions/0027). Whatever may be wrong
    /// with the asking, the incident itself must stand: it is then written alone, and the sweep asks, or puts it where somebody looks.
    /// </summary>
    private async Task<Outcome<IncidentView>> AskingAsync(Guid id, bool draft, Func<bool, Task<Outcome<IncidentView>>> write)
    {
        try
        {
            return await write(!draft);
        }
        catch (Exception e) when (e is not OperationCanceledException && !IsSameRaise(e) && !IsConnectionLost(e))
        {
            logger.NotAskedAtOnce(e, id);
            return await write(false);
        }
    }

    private static bool IsSameRaise(Exception e) =>
        e is DbUpdateException { InnerException: PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "incidents_pkey" } };

    private static bool IsConnectionLost(Exception? e) => e is not null && (e is TimeoutException or (NpgsqlException and not PostgresException) || IsConnectionLost(e.InnerException));

    private static Task<List<RegionRow>> LineAsync(DispatchDb db, Position place, CancellationToken cancellation) =>
        db.Regions.FromSqlRaw(LocateRegion.LineSql, LocateRegion.Geometry(place)).OrderBy(region => region.Path).Select(region => new RegionRow // all but the boundaries
        {
            Code = region.Code, Name = region.Name, NameEn = region.NameEn, Level = region.Level, LevelName = region.LevelName, ParentCode = region.ParentCode, Path = region.Path,
            HasAuthority = region.HasAuthority, TimeZone = region.TimeZone,
        }).ToListAsync(cancellation);

    private static async Task<Outcome<IncidentView>> RepeatAsync(DispatchDb db, Caller caller, Guid id, byte[] hash, CancellationToken cancellation)
    {
        var existing = await db.Incidents.AsNoTracking().Where(incident => incident.Id == id)
            .Select(incident => new { incident.RequestHash, incident.RegionPath, incident.Touched }).SingleAsync(cancellation);
        if (!caller.Sees(existing.RegionPath, existing.Touched))
        {
            return Problems.NotFound("警情", "incident");
        }

        var view = await IncidentView.ReadAsync(db, id, cancellation);
        return existing.RequestHash.AsSpan().SequenceEqual(hash) ? view : Problems.DifferentBody(view);
    }
}
