using Dispatch.Geo;
using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Incidents;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Server.MutualAid;

/// <summary>A request as the desks see it. The lender learns what is wanted and where; of the other people of the incident, nothing.</summary>
internal sealed record AidView(
    Guid Id, AidState State, AidStage Stage, AidView.RegionPart Lender, AidView.RegionPart Borrower, AidView.IncidentPart Incident, IReadOnlyList<AidView.NeedPart> Needs,
    DateTimeOffset? DueAt, DateTimeOffset AskedAt, AidView.PersonPart? AskedBy, double LendForSeconds, DateTimeOffset? AnsweredAt, AidView.PersonPart? AnsweredBy, string? Reason, bool MayAnswer)
{
    internal sealed record RegionPart(string Code, string Name);

    internal sealed record IncidentPart(
        Guid Id, string Category, string Risk, string Address, double Longitude, double Latitude, bool Hazardous, bool LifeCritical, IncidentState State, DateTimeOffset RaisedAt);

    internal sealed record NeedPart(short Ordinal, string Qualification, string Name, string NameEn, int Missing);

    internal sealed record PersonPart(Guid Id, string? Name);

    /// <summary>Whom the region could lend, and what would remain; only for a request that is open, for who may see names.</summary>
    public OfferPart? Offer { get; init; }

    internal sealed record OfferPart(IReadOnlyList<LendablePart> People, IReadOnlyList<FloorPart> Floors, IReadOnlyList<CoverPart> Cover);

    internal sealed record LendablePart(Guid Id, string Name, short NeedOrdinal, double DistanceMetres, string LocatedBy, bool Proposed);

    /// <summary>People: who counts for the floor; the page counts what remains as names are ticked.</summary>
    internal sealed record FloorPart(Guid Id, string Text, string TextEn, int Count, IReadOnlyList<Guid> People);

    internal sealed record CoverPart(string Qualification, string Name, string NameEn, IReadOnlyList<Guid> People);
}

/// <summary>The mutual-aid desk: what a region is asked for, whom it has lent, what it borrows, and its agreements, floors and unified command.</summary>
internal static class ReadAid
{
    private const int MostRequests = 100;

    internal sealed record Desk(
        IReadOnlyList<AidView> Requests, IReadOnlyList<ReleaseView> Lent, IReadOnlyList<AgreementView> Agreements, IReadOnlyList<FloorView> Floors, IReadOnlyList<UnifiedView> Unified,
        IReadOnlyList<AidView.RegionPart> Others, IReadOnlyList<LiaisonsView> Liaisons, IReadOnlyList<OperatorView> Operators, DateTimeOffset ServerTime);

    /// <summary>Who answers for a region once its desk was silent: the caller's own region always, those below it when they have any.</summary>
    internal sealed record LiaisonsView(AidView.RegionPart Region, IReadOnlyList<OperatorView> People);

    /// <summary>Who may be appointed: the operators of the caller's region and below.</summary>
    internal sealed record OperatorView(string Username, string Name, string Region);

    internal sealed record AgreementView(
        Guid Id, AidView.RegionPart Lender, AidView.RegionPart Borrower, bool BothWays, string? Category, Policies.Mode? Mode, DateTimeOffset ValidFrom, DateTimeOffset ValidUntil,
        AidView.RegionPart? ProposedFor, bool MayAccept, bool MayEnd, DateTimeOffset? EndedAt);

    internal sealed record FloorView(Guid Id, string Region, string Qualification, string Text, string TextEn, int Count, int Now);

    internal sealed record UnifiedView(Guid Id, AidView.RegionPart Region, DateTimeOffset Since, DateTimeOffset Until, string? By, bool Mine);

    public static async Task<IResult> Handle(Caller caller, IDbContextFactory<DispatchDb> store, TimeProvider time, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        return TypedResults.Json(await DeskAsync(db, caller, time, cancellation), Json.Options);
    }

    public static async Task<IResult> Get(Guid id, Caller caller, IDbContextFactory<DispatchDb> store, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        await db.Database.OpenConnectionAsync(cancellation);
        var request = await db.AidRequests.AsNoTracking().SingleOrDefaultAsync(request => request.Id == id, cancellation);
        return request is not null && await SeesAsync(db, caller, request, cancellation)
            ? TypedResults.Json(await OneAsync(db, (NpgsqlConnection)db.Database.GetDbConnection(), null, request, caller, cancellation), Json.Options)
            : Problems.NotFound("求援", "request");
    }

    public static async Task<AidView> OneAsync(DispatchDb db, NpgsqlConnection connection, NpgsqlTransaction? transaction, AidRequest request, Caller caller, CancellationToken cancellation, bool withOffer = true)
    {
        var incident = await db.Incidents.AsNoTracking().SingleAsync(incident => incident.Id == request.IncidentId, cancellation);
        var lender = await db.Regions.AsNoTracking().SingleAsync(region => region.Code == request.Region, cancellation);
        var borrower = await db.Regions.AsNoTracking().SingleAsync(region => region.Code == incident.District, cancellation);
        var needs = await NeedsAsync(db, incident.Id, cancellation);
        var qualifications = await db.Qualifications.AsNoTracking().ToDictionaryAsync(qualification => qualification.Id, cancellation);
        var who = new[] { request.AskedBy, request.AnsweredBy }.OfType<Guid>().ToList();
        var names = await db.Accounts.Where(account => who.Contains(account.Id)).ToDictionaryAsync(account => account.Id, account => account.Name, cancellation);
        var voice = await LendingVoice.OfAsync(db, caller, request, lender.Path, cancellation);
        AidView.PersonPart? Person(Guid? id) => id is { } known ? new(known, names.GetValueOrDefault(known)) : null;
        var place = Position.Of(incident.Location);
        var view = new AidView(
            request.Id, request.State, request.Stage, new(lender.Code, lender.Name), new(borrower.Code, borrower.Name),
            new(incident.Id, incident.Category, incident.Risk, incident.Address, place.Longitude, place.Latitude, incident.Hazardous, incident.LifeCritical, incident.State, incident.RaisedAt),
            [.. needs.Where(need => need.Need.Missing > 0).Select(need => new AidView.NeedPart(
                need.Need.Ordinal, need.Key, qualifications[need.Need.QualificationId].Name, qualifications[need.Need.QualificationId].NameEn, need.Need.Missing))],
            request.DueAt, request.AskedAt, Person(request.AskedBy), request.LendFor.TotalSeconds, request.AnsweredAt, Person(request.AnsweredBy), request.Reason,
            request.State == AidState.Open && voice is { MayAnswer: true });
        return view.MayAnswer && withOffer
            ? view with { Offer = await OfferAsync(db, connection, transaction, incident, lender.Path, lender.Name, needs, qualifications, cancellation) }
            : view;
    }

    public static async Task<List<(Need Need, string Key)>> NeedsAsync(DispatchDb db, Guid incident, CancellationToken cancellation) =>
        (await db.Needs.Where(need => need.IncidentId == incident).Join(db.Qualifications, need => need.QualificationId, held => held.Id, (need, held) => new { need, held.Key })
            .OrderBy(row => row.need.Ordinal).ToListAsync(cancellation)).ConvertAll(row => (row.need, row.Key));

    private static async Task<AidView.OfferPart> OfferAsync(
        DispatchDb db, NpgsqlConnection connection, NpgsqlTransaction? transaction, Incident incident, string path, string name, List<(Need Need, string Key)> needs,
        Dictionary<short, Qualification> qualifications, CancellationToken cancellation)
    {
        var now = await db.Database.SqlQuery<DateTime>($"SELECT clock_timestamp() AS \"Value\"").SingleAsync(cancellation);
        var code = path.Split('.')[^1];
        var lendable = await Lenders.LendableAsync(connection, transaction, incident, now, needs, (code, name, path), cancellation);
        var floors = await Lenders.FloorsAsync(db, code, cancellation);
        var wanted = needs.Where(need => need.Need.Missing > 0).Select(need => need.Need.QualificationId).ToList();
        var holders = await Lenders.HoldersAsync(connection, transaction, path, [.. floors.Select(floor => floor.QualificationId), .. wanted], cancellation);
        var proposed = new List<Guid>();
        foreach (var (need, _) in needs.Where(need => need.Need.Missing > 0))
        {
            var able = lendable.Where(one => one.NeedOrdinal == need.Ordinal).Select(one => one.VolunteerId);
            proposed = [.. Cover.Most(floors, holders, [.. proposed, .. able], proposed.Count + Lenders.MostFor(incident, need))];
        }

        var ids = lendable.ConvertAll(one => one.VolunteerId);
        var names = await db.Volunteers.Where(volunteer => ids.Contains(volunteer.Id)).ToDictionaryAsync(volunteer => volunteer.Id, volunteer => volunteer.Name, cancellation);
        return new(
            [.. lendable.Select(one => new AidView.LendablePart(
                one.VolunteerId, names[one.VolunteerId], one.NeedOrdinal, Math.Round(one.DistanceMetres, 1), one.LocatedBy == Geo.Matching.LocatedBy.Fix ? "fix" : "address", proposed.Contains(one.VolunteerId)))],
            [.. floors.Select(floor => new AidView.FloorPart(floor.Id, floor.Zh, floor.En, floor.Count, [.. holders.Where(floor.Counts).Select(holder => holder.VolunteerId).Distinct()]))],
            [.. wanted.Distinct().Select(id => new AidView.CoverPart(
                qualifications[id].Key, qualifications[id].Name, qualifications[id].NameEn, [.. holders.Where(holder => holder.QualificationId == id).Select(holder => holder.VolunteerId).Distinct()]))]);
    }

    private static async Task<bool> SeesAsync(DispatchDb db, Caller caller, AidRequest request, CancellationToken cancellation)
    {
        var lender = await db.Regions.Where(region => region.Code == request.Region).Select(region => region.Path).SingleAsync(cancellation);
        var borrower = await db.Incidents.Where(incident => incident.Id == request.IncidentId).Select(incident => incident.RegionPath).SingleAsync(cancellation);
        return caller.Commands(borrower) || await LendingVoice.OfAsync(db, caller, request, lender, cancellation) is not null;
    }

    private static async Task<Desk> DeskAsync(DispatchDb db, Caller caller, TimeProvider time, CancellationToken cancellation)
    {
        await db.Database.OpenConnectionAsync(cancellation);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var mine = await db.Regions.FromSql($"SELECT * FROM regions WHERE path <@ {caller.RegionPath}::ltree").Select(region => region.Code).ToListAsync(cancellation);
        var spokenFor = await db.RegionLiaisons.Where(liaison => liaison.AccountId == caller.AccountId).Select(liaison => liaison.Region).ToListAsync(cancellation);
        var ofMine = await db.Incidents.FromSql($"SELECT * FROM incidents WHERE region_path <@ {caller.RegionPath}::ltree AND lent OR state = 'open' AND region_path <@ {caller.RegionPath}::ltree")
            .Select(incident => incident.Id).ToListAsync(cancellation);
        var requests = await db.AidRequests.AsNoTracking()
            .Where(request => mine.Contains(request.Region) || spokenFor.Contains(request.Region) || ofMine.Contains(request.IncidentId))
            .OrderBy(request => request.State == AidState.Open ? 0 : 1).ThenByDescending(request => request.AskedAt).Take(MostRequests).ToListAsync(cancellation);
        var views = new List<AidView>();
        foreach (var request in requests)
        {
            views.Add(await OneAsync(db, connection, null, request, caller, cancellation, withOffer: false)); // whom it could lend is read when the desk looks
        }

        // Who leads people itself, as in Neighbours.sql.
        var others = await db.Regions
            .FromSql($"SELECT * FROM regions r WHERE has_authority AND (level = 3 OR level < 3 AND NOT EXISTS (SELECT FROM regions d WHERE d.path <@ r.path AND d.code <> r.code AND d.level <= 3 AND d.has_authority))")
            .OrderBy(region => region.Code).Select(region => new AidView.RegionPart(region.Code, region.Name)).Take(500).ToListAsync(cancellation);
        return new(
            views,
            await Releases.ReadAsync(
                db, caller, db.Releases.Where(release => mine.Contains(release.Region) || ofMine.Contains(release.IncidentId) || release.ById == caller.AccountId).OrderByDescending(release => release.GivenAt).Take(MostRequests),
                cancellation),
            await AgreementsAsync(db, caller, cancellation), await FloorsAsync(db, connection, caller, cancellation),
            await UnifiedAsync(db, caller, time.GetUtcNow(), cancellation), others, await LiaisonsAsync(db, caller, mine, cancellation),
            await db.Accounts.Where(account => account.Role == Role.Operator && mine.Contains(account.Region!)).OrderBy(account => account.Username).Take(500)
                .Select(account => new OperatorView(account.Username!, account.Name, account.Region!)).ToListAsync(cancellation),
            time.GetUtcNow());
    }

    private static async Task<List<LiaisonsView>> LiaisonsAsync(DispatchDb db, Caller caller, List<string> mine, CancellationToken cancellation)
    {
        var own = caller.RegionPath.Split('.')[^1];
        var people = (await db.RegionLiaisons.Where(liaison => mine.Contains(liaison.Region))
            .Join(db.Accounts, liaison => liaison.AccountId, account => account.Id, (liaison, account) => new { liaison.Region, account.Username, account.Name, Home = account.Region })
            .OrderBy(row => row.Username).ToListAsync(cancellation)).ToLookup(row => row.Region, row => new OperatorView(row.Username!, row.Name, row.Home!));
        var codes = people.Select(group => group.Key).Append(own).Distinct().ToList();
        var names = await db.Regions.Where(region => codes.Contains(region.Code)).ToDictionaryAsync(region => region.Code, region => region.Name, cancellation);
        return [.. codes.OrderBy(code => code == own ? "" : code, StringComparer.Ordinal).Select(code => new LiaisonsView(new(code, names[code]), [.. people[code]]))];
    }

    private static async Task<List<AgreementView>> AgreementsAsync(DispatchDb db, Caller caller, CancellationToken cancellation)
    {
        var rows = await db.Agreements.AsNoTracking().Where(agreement => agreement.EndedAt == null).OrderBy(agreement => agreement.ValidUntil).ToListAsync(cancellation);
        var codes = rows.SelectMany(row => new[] { row.Lender, row.Borrower }).Distinct().ToList();
        var regions = await db.Regions.AsNoTracking().Where(region => codes.Contains(region.Code)).ToDictionaryAsync(region => region.Code, cancellation);
        AidView.RegionPart Part(string code) => new(code, regions[code].Name);
        return [.. rows.Where(row => Agreements.Touches(caller, regions[row.Lender].Path) || Agreements.Touches(caller, regions[row.Borrower].Path)).Select(row => new AgreementView(
            row.Id, Part(row.Lender), Part(row.Borrower), row.BothWays, row.Category, row.Mode, row.ValidFrom, row.ValidUntil, row.ProposedFor is { } missing ? Part(missing) : null,
            row.ProposedFor is { } word && caller.Commands(regions[word].Path), caller.Commands(regions[row.Lender].Path) || caller.Commands(regions[row.Borrower].Path), row.EndedAt))];
    }

    private static async Task<List<FloorView>> FloorsAsync(DispatchDb db, NpgsqlConnection connection, Caller caller, CancellationToken cancellation)
    {
        var views = new List<FloorView>();
        foreach (var code in await db.ReserveFloors.Where(floor => floor.EndedAt == null).Select(floor => floor.Region).Distinct().OrderBy(code => code).ToListAsync(cancellation))
        {
            var path = await db.Regions.Where(region => region.Code == code).Select(region => region.Path).SingleAsync(cancellation);
            if (!caller.Commands(path))
            {
                continue;
            }

            var floors = await Lenders.FloorsAsync(db, code, cancellation);
            var holders = await Lenders.HoldersAsync(connection, null, path, floors.Select(floor => floor.QualificationId), cancellation);
            views.AddRange(Cover.After(floors, holders, []).Select(one => new FloorView(one.Floor.Id, code, one.Floor.Qualification, one.Floor.Zh, one.Floor.En, one.Floor.Count, one.Now)));
        }

        return views;
    }

    private static async Task<List<UnifiedView>> UnifiedAsync(DispatchDb db, Caller caller, DateTimeOffset now, CancellationToken cancellation)
    {
        var rows = await db.UnifiedCommands.AsNoTracking().Where(command => command.EndedAt == null && command.Until > now)
            .Join(db.Regions, command => command.Region, region => region.Code, (command, region) => new { command, region.Code, region.Name, region.Path })
            .Join(db.Accounts, row => row.command.ById, account => account.Id, (row, account) => new { row.command, row.Code, row.Name, row.Path, By = account.Name }).ToListAsync(cancellation);
        return [.. rows.Where(row => Agreements.Touches(caller, row.Path)).Select(row => new UnifiedView(
            row.command.Id, new(row.Code, row.Name), row.command.Since, row.command.Until, row.By, caller.Commands(row.Path)))];
    }
}
