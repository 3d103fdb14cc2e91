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
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Server.Incidents;

/// <summary>
/// An operator raises an incident under an id of his own: the region that covers the place is found, needs and fact 1 are written, and the nearest are
/// asked right after the commit. The same id and body again answers with the incident as it is; the same id with another body is refused.
/// </summary>
internal sealed class RaiseIncident(DispatchLane store, FactLog log, GeoBounds bounds)
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

    private const int MostNeeds = 12;

    private static readonly string[] Grades = ["particularlyMajor", "major", "large", "general"];
    private static readonly string[] Warnings = ["red", "orange", "yellow", "blue"];
    private static readonly string[] ResponseLevels = ["I", "II", "III", "IV"];

    public static async Task<IResult> Handle(Guid id, Request request, Caller caller, RaiseIncident raise, CancellationToken cancellation)
    {
        var (outcome, created) = await raise.HandleAsync(caller, id, request, cancellation);
        return outcome.Problem is null && created
            ? TypedResults.Json(outcome.Value, Json.Options, statusCode: StatusCodes.Status201Created)
            : outcome.ToResult();
    }

    public async Task<(Outcome<IncidentView> Outcome, bool Created)> HandleAsync(Caller caller, Guid id, Request request, CancellationToken cancellation)
    {
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, Json.Options));
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await RepeatAsync(db, caller, id, hash, cancellation) is { } repeat)
        {
            return (repeat, false);
        }

        var faults = new List<Fault>();
        if (id == Guid.Empty)
        {
            faults.Add(new("id", "编号不能全为零，应由客户端生成 UUID", "must be a UUID made by the client, not all zeros"));
        }

        var key = request.Category?.Contains('\0') == true ? null : request.Category; // Postgres takes no NUL, not even in a question
        var category = await db.Categories.AsNoTracking().SingleOrDefaultAsync(category => category.Key == key, cancellation);
        var taxonomy = await db.Qualifications.AsNoTracking().ToDictionaryAsync(qualification => qualification.Key, cancellation);
        var place = Check(request, category, taxonomy, faults);
        var extent = Extent.Check(request, bounds, faults);
        if (faults.Count > 0)
        {
            return (Problems.Invalid(faults), false);
        }

        var located = await LocateRegion.FindAsync((NpgsqlConnection)db.Database.GetDbConnection(), place, cancellation);
        if (located.Region is null)
        {
            return (located.Nearest is { } nearest
                ? Problems.OutsideEveryRegion(nearest.Code, nearest.Name, nearest.DistanceMetres)
                : Problems.Conflict("尚未导入任何辖区边界", "No region boundaries are imported yet"), false);
        }

        var above = await db.Regions.FromSql($"SELECT * FROM regions WHERE path @> {located.Region.Path}::ltree").OrderBy(region => region.Path).AsNoTracking().ToListAsync(cancellation);
        var tree = new RegionTree(above.Select(row => new Region(row.Code, row.Name, row.ParentCode, (RegionLevel)row.Level, row.LevelName, row.Path, row.HasAuthority)));
        var (touched, superior, wider) = await extent.TouchAsync(db, located.Region.Path, tree, faults, cancellation);
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
        var district = tree.DistrictOf(tree.Get(region.Code));
        var needs = request.Needs!.Select((need, index) => (Qualification: taxonomy[need!.Qualification!], Count: (short)need.Count!.Value, Ordinal: (short)(index + 1))).ToList();
        try
        {
            var outcome = await log.BeginAsync<IncidentView>(
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
                    return (incident, record =>
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
                        record.NeedsAsking = true;
                        return Task.FromResult<Outcome<IncidentView>>(view with { LastFact = 1, RaisedBy = new(caller.AccountId, name), Callouts = [] });
                    });
                },
                cancellation);
            return (outcome, true);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "incidents_pkey" })
        {
            // The same raise came twice at once; the other one was first.
            return ((await RepeatAsync(db, caller, id, hash, cancellation))!.Value, false);
        }
    }

    private static async Task<Outcome<IncidentView>?> RepeatAsync(DispatchDb db, Caller caller, Guid id, byte[] hash, CancellationToken cancellation)
    {
        var existing = await db.Incidents.AsNoTracking().Where(incident => incident.Id == id)
            .Select(incident => new { incident.RequestHash, incident.RegionPath, incident.Touched }).SingleOrDefaultAsync(cancellation);
        if (existing is null)
        {
            return null;
        }

        if (!caller.Sees(existing.RegionPath, existing.Touched))
        {
            return Problems.NotFound("警情", "incident");
        }

        var view = await IncidentView.ReadAsync(db, id, cancellation);
        return existing.RequestHash.AsSpan().SequenceEqual(hash) ? view : Problems.DifferentBody(view);
    }

    private Position Check(Request request, Category? category, Dictionary<string, Qualification> taxonomy, List<Fault> faults)
    {
        if (category is null)
        {
            faults.Add(new("category", "没有这个类别，见 GET /api/categories", "no such category, see GET /api/categories"));
        }

        OneOf(faults, "grade", request.Grade, Grades);
        OneOf(faults, "warning", request.Warning, Warnings);
        OneOf(faults, "responseLevel", request.ResponseLevel, ResponseLevels);
        if (category?.Class == "socialSecurity")
        {
            foreach (var (field, value) in new[] { ("grade", request.Grade), ("warning", request.Warning) })
            {
                if (value is not null)
                {
                    faults.Add(new(field, "社会安全事件没有此项", "does not exist for social security incidents"));
                }
            }
        }

        Text.Check(faults, "risk", request.Risk, 500);
        Text.Check(faults, "address", request.Address, 200);
        CheckNeeds(request.Needs, taxonomy, faults);
        return Places.Read(faults, "position", request.Position?.Longitude, request.Position?.Latitude, request.Position?.Datum, bounds);
    }

    private static void CheckNeeds(IReadOnlyList<NeedRequest?>? needs, Dictionary<string, Qualification> taxonomy, List<Fault> faults)
    {
        if (needs is not { Count: >= 1 and <= MostNeeds })
        {
            faults.Add(new("needs", $"需求应为 1 至 {MostNeeds} 项", $"must be 1 to {MostNeeds} needs"));
            return;
        }

        for (var i = 0; i < needs.Count; i++)
        {
            var key = needs[i]?.Qualification;
            if (key is null || !taxonomy.ContainsKey(key))
            {
                faults.Add(new($"needs[{i}].qualification", "没有这个资质，见 GET /api/qualifications", "no such qualification, see GET /api/qualifications"));
            }
            else if (needs.Take(i).Any(earlier => earlier?.Qualification == key))
            {
                faults.Add(new($"needs[{i}].qualification", "同一资质只能列一次，请合并人数", "a qualification may stand once: add the counts"));
            }

            if (needs[i]?.Count is not (>= 1 and <= MostPeoplePerNeed))
            {
                faults.Add(new($"needs[{i}].count", $"人数应为 1 至 {MostPeoplePerNeed}", $"must be 1 to {MostPeoplePerNeed}"));
            }
        }
    }

    private static void OneOf(List<Fault> faults, string field, string? value, string[] allowed)
    {
        if (value is not null && !allowed.Contains(value))
        {
            faults.Add(new(field, $"应为 {string.Join("、", allowed)} 之一或留空", $"must be one of {string.Join(", ", allowed)} or null"));
        }
    }
}
