using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Dispatch.Server.Policies;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.MutualAid;

/// <summary>
/// What happens when an incident's own rings cannot fill a need: whom standing agreements and unified command release at once, and, by policy, which
/// neighbours are asked. Runs inside the incident's record, looks at rows alone, and so may run at any time; an incident that fills its needs at
/// home never comes here. Every way across the boundary ends in a release with named people, which is what the database asks for (decision 0018).
/// </summary>
internal static class Lending
{
    /// <summary>So many neighbours are asked at a time.</summary>
    private const int AskedAtOnce = 2;

    /// <summary>True when people were released: the match has to be made again.</summary>
    public static async Task<bool> AdvanceAsync(OpenRecord record, IReadOnlyList<(Need Need, string Key)> needs, CancellationToken cancellation)
    {
        var neighbours = await Lenders.NeighboursAsync(record.Connection, record.Transaction, record.Incident, cancellation);
        var grounds = await GroundsAsync(record, neighbours, cancellation);
        var released = false;
        foreach (var (lender, ground, agreement, unified, until) in grounds)
        {
            var still = needs.Where(need => need.Need.Missing > 0).ToList();
            released |= await ReleaseNearestAsync(record, still, lender, (ground, agreement, unified), until, cancellation);
        }

        if (!released && record.Incident.Aid == AidAsked.Automatic)
        {
            await AskNextAsync(record, neighbours, needs, cancellation);
        }

        return released;
    }

    /// <summary>Asks these regions, unless they are being asked already. The desk's clock begins now.</summary>
    public static async Task AskAsync(
        OpenRecord record, IReadOnlyList<Neighbour> regions, IEnumerable<Need> needs, Guid? by, Guid? commandId, string? reason, CancellationToken cancellation)
    {
        var incident = record.Incident;
        foreach (var region in regions)
        {
            var approver = Plan.Of(
                await record.Db.Categories.AsNoTracking().SingleAsync(category => category.Key == incident.Category, cancellation),
                await PolicyLines.ModeAsync(record.Db, region.Path, cancellation), await PolicyLines.ReadAsync(record.Db, region.Path, cancellation), region.Path).Approver;
            var request = new AidRequest
            {
                Id = Guid.CreateVersion7(record.Now),
                IncidentId = incident.Id,
                Region = region.Code,
                Through = region.Through,
                StageWithin = incident.AidAnswerWithin,
                AskedAt = record.Now,
                AskedBy = by,
                LendFor = incident.LendFor,
            };
            request.Begin(approver == Approver.Superior ? AidStage.Superior : AidStage.Desk, record.Now);
            record.Db.AidRequests.Add(request);
            record.Append(
                FactKind.AidRequested, by is { } account ? Actor.Operator(account) : Actor.System,
                new
                {
                    requestId = request.Id, regionCode = region.Code, regionName = region.Name, lenderPath = region.Path, through = region.ThroughName, stage = request.Stage, dueAt = request.DueAt,
                    needs = needs.Select(need => new { needOrdinal = need.Ordinal, missing = need.Missing }), reason,
                },
                commandId: commandId);
            commandId = null; // the first of them carries it
        }

        await AidDeadlines.SetNextAsync(record, cancellation);
    }

    /// <summary>
    /// Names people of one region and releases them. The caller holds the incident; the floors are judged under the lender's lock, which is taken only
    /// where there is somebody to release: incidents that look again and again in vain would stand in each other's way.
    /// </summary>
    public static async Task<bool> ReleaseNearestAsync(
        OpenRecord record, IReadOnlyList<(Need Need, string Key)> needs, Neighbour lender, (Ground Kind, Guid? Agreement, Guid? Unified) ground, DateTimeOffset until,
        CancellationToken cancellation)
    {
        if ((await NearestAsync(record, needs, lender, cancellation)).Count == 0)
        {
            return false;
        }

        await Lenders.LockAsync(record.Db, lender.Code, cancellation);
        var people = await NearestAsync(record, needs, lender, cancellation);
        if (people.Count == 0)
        {
            return false;
        }

        Write(record, new Release
        {
            Id = Guid.CreateVersion7(record.Now),
            IncidentId = record.Incident.Id,
            Region = lender.Code,
            Ground = ground.Kind,
            AgreementId = ground.Agreement,
            UnifiedCommandId = ground.Unified,
            GivenAt = record.Now,
            ValidUntil = until,
        }, people, lender.Name, lender.Path, Actor.System, needs);
        await record.Db.SaveChangesAsync(cancellation); // the database judges the ground here, by its clock
        await AidDeadlines.SetNextAsync(record, cancellation);
        return true;
    }

    /// <summary>Writes a release and says so, to the incident's desks and to the home station's in the same fact.</summary>
    public static void Write(
        OpenRecord record, Release release, IReadOnlyCollection<Guid> people, string lenderName, string lenderPath, Actor by, IEnumerable<(Need Need, string Key)> needs, AnswerAid.Word? spoken = null)
    {
        record.Db.Releases.Add(release);
        record.Db.ReleasedPeople.AddRange(people.Select(person => new ReleasedPerson { ReleaseId = release.Id, VolunteerId = person }));
        record.Incident.Lent = true;
        record.NeedsAsking = true;
        record.Append(
            FactKind.AidReleased, by,
            new
            {
                releaseId = release.Id, requestId = release.RequestId, ground = release.Ground, regionCode = release.Region, regionName = lenderName, lenderPath,
                people, needs = needs.Select(need => new { needOrdinal = need.Need.Ordinal, missing = need.Need.Missing }), validUntil = release.ValidUntil,
                answeredAs = spoken?.As, forCode = spoken?.ForCode, forName = spoken?.ForName, reason = release.Reason,
            });
    }

    /// <summary>The incident has ended: nothing is asked any more, nobody stays lent.</summary>
    public static async Task EndAsync(OpenRecord record, Actor by, CancellationToken cancellation)
    {
        foreach (var request in await record.Db.AidRequests.Where(request => request.IncidentId == record.Incident.Id && request.State == AidState.Open).ToListAsync(cancellation))
        {
            request.End(AidState.Withdrawn, record.Now, by.Id);
        }

        foreach (var release in await record.Db.Releases.Where(release => release.IncidentId == record.Incident.Id && release.EndedAt == null).ToListAsync(cancellation))
        {
            release.EndedAt = record.Now;
        }
    }

    /// <summary>Whom this region could lend now beyond those it lends already, as many as are wanted at most, and as its floors allow.</summary>
    private static async Task<List<Guid>> NearestAsync(OpenRecord record, IReadOnlyList<(Need Need, string Key)> needs, Neighbour lender, CancellationToken cancellation)
    {
        var already = await record.Db.ReleasedPeople.Where(person => person.ReturnedAt == null)
            .Join(record.Db.Releases.Where(release => release.IncidentId == record.Incident.Id && release.EndedAt == null && release.ValidUntil > record.Now),
                person => person.ReleaseId, release => release.Id, (person, _) => person.VolunteerId).ToListAsync(cancellation);
        var most = needs.ToDictionary(need => need.Need.Ordinal, need => Math.Max(0, Lenders.MostFor(record.Incident, need.Need) - already.Count));
        if (most.Values.All(number => number == 0))
        {
            return [];
        }

        var lendable = await Lenders.LendableAsync(record.Connection, record.Transaction, record.Incident, record.Now, needs, (lender.Code, lender.Name, lender.Path), cancellation);
        var floors = await Lenders.FloorsAsync(record.Db, lender.Code, cancellation);
        var holders = floors.Count == 0 ? [] : await Lenders.HoldersAsync(record.Connection, record.Transaction, lender.Path, floors.Select(floor => floor.QualificationId), cancellation);
        var people = new List<Guid>();
        foreach (var (need, _) in needs)
        {
            var able = lendable.Where(one => one.NeedOrdinal == need.Ordinal && !already.Contains(one.VolunteerId) && !people.Contains(one.VolunteerId)).Select(one => one.VolunteerId);
            people = [.. Cover.Most(floors, holders, [.. people, .. able], people.Count + most[need.Ordinal])];
        }

        return people;
    }

    private static async Task AskNextAsync(OpenRecord record, List<Neighbour> neighbours, IReadOnlyList<(Need Need, string Key)> needs, CancellationToken cancellation)
    {
        var asked = await record.Db.AidRequests.Where(request => request.IncidentId == record.Incident.Id).Select(request => new { request.Region, request.State }).ToListAsync(cancellation);
        var open = asked.Count(request => request.State == AidState.Open);
        var next = neighbours.Where(neighbour => !asked.Exists(request => request.Region == neighbour.Code)).Take(AskedAtOnce - open).ToList();
        if (next.Count > 0)
        {
            await AskAsync(record, next, needs.Select(need => need.Need).Where(need => need.Missing > 0), null, null, null, cancellation);
        }
        else if (neighbours.Count == 0 && !await record.Db.Facts.AnyAsync(fact => fact.IncidentId == record.Incident.Id && fact.Kind == nameof(FactKind.AidUnavailable), cancellation))
        {
            record.Append(FactKind.AidUnavailable, Actor.System, new { reason = "noNeighbours" });
        }
    }

    /// <summary>What releases without asking, nearest first: agreements in force for this category and mode, then unified command.</summary>
    private static async Task<List<(Neighbour Lender, Ground Ground, Guid? Agreement, Guid? Unified, DateTimeOffset Until)>> GroundsAsync(
        OpenRecord record, List<Neighbour> neighbours, CancellationToken cancellation)
    {
        var (incident, now) = (record.Incident, record.Now);
        var own = incident.RegionPath.Split('.');
        var agreements = await record.Db.Agreements.AsNoTracking().Where(agreement =>
            agreement.EndedAt == null && agreement.ProposedFor == null && agreement.ValidFrom <= now && agreement.ValidUntil > now
            && (agreement.Category == null || agreement.Category == incident.Category) && (agreement.Mode == null || agreement.Mode == incident.Mode)
            && (own.Contains(agreement.Borrower) || (agreement.BothWays && own.Contains(agreement.Lender))))
            .OrderByDescending(agreement => agreement.ValidUntil).ThenBy(agreement => agreement.Id).ToListAsync(cancellation); // of two with one neighbour the one that lasts
        var unified = incident.LastRing >= 3 ? [] : await record.Db.UnifiedCommands.AsNoTracking()
            .Where(command => command.EndedAt == null && command.Since <= now && command.Until > now && own.Contains(command.Region))
            .Join(record.Db.Regions, command => command.Region, region => region.Code, (command, region) => new { command, region.Level, region.Path }).ToListAsync(cancellation);
        var most = now + incident.LendFor;
        DateTimeOffset Until(DateTimeOffset end) => end < most ? end : most;

        var grounds = new List<(Neighbour, Ground, Guid?, Guid?, DateTimeOffset)>();
        foreach (var neighbour in neighbours)
        {
            if (agreements.Find(agreement => agreement.Lender == neighbour.Code || (agreement.BothWays && agreement.Borrower == neighbour.Code)) is { } agreement)
            {
                grounds.Add((neighbour, Ground.Agreement, agreement.Id, null, Until(agreement.ValidUntil)));
            }
            else if (unified.Find(on => on.Level >= incident.LastRing && Access.Caller.Covers(on.Path, neighbour.Path)) is { } on)
            {
                grounds.Add((neighbour, Ground.UnifiedCommand, null, on.command.Id, Until(on.command.Until)));
            }
        }

        return grounds;
    }
}
