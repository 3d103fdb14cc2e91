using System.Text.Json;
using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.MutualAid;

/// <summary>One release, what has become of its people, and what the caller may say about its end.</summary>
internal sealed record ReleaseView(
    Guid Id, Guid IncidentId, string Category, string Address, AidView.RegionPart Lender, AidView.RegionPart Borrower, Ground Ground, DateTimeOffset GivenAt, DateTimeOffset ValidUntil,
    DateTimeOffset? EndedAt, string? Reason, IReadOnlyList<ReleaseView.LentPerson> People)
{
    internal sealed record LentPerson(Guid Id, string Name, CalloutState? State, DateTimeOffset? ReturnedAt);

    /// <summary>To: null: the incident's command. DueAt: null: the superior was silent. Asked: the home's own word, which another may have replaced as the last.</summary>
    internal sealed record AppealPart(AidView.RegionPart? To, DateTimeOffset? DueAt, DecisionPart? Asked);

    /// <summary>As: in which capacity. For: the region whose word it is.</summary>
    internal sealed record DecisionPart(LapseDecision Decision, ReleaseSide As, AidView.RegionPart For, DateTimeOffset At, AidView.PersonPart By, string Reason);

    /// <summary>The last word on people who are still out after its end; null: none yet.</summary>
    public DecisionPart? Decision { get; init; }

    public bool MayExtend { get; init; }

    /// <summary>The agreement or unified command it stands on ends then; null: nothing but the longest loan limits it.</summary>
    public DateTimeOffset? GroundEndsAt { get; init; }

    /// <summary>Its people are wanted back: whose turn it is to say whether they go, and until when. Null: nobody asks.</summary>
    public AppealPart? Appeal { get; init; }

    /// <summary>For whom the caller may say whether people go on after its end; null: for nobody, or it is over.</summary>
    public ReleaseSide? MayDecideAs { get; init; }
}

/// <summary>Reads releases as the desks see them.</summary>
internal static class Releases
{
    public static async Task<List<ReleaseView>> ReadAsync(DispatchDb db, Caller caller, IQueryable<Release> which, CancellationToken cancellation)
    {
        var rows = await which.AsNoTracking()
            .Join(db.Incidents, release => release.IncidentId, incident => incident.Id, (release, incident) => new { release, incident })
            .ToListAsync(cancellation);
        var ids = rows.ConvertAll(row => row.release.Id);
        var incidents = rows.Select(row => row.release.IncidentId).Distinct().ToList();
        var codes = rows.SelectMany(row => new[] { row.release.Region, row.incident.District, row.release.AppealTo, row.release.DecidedFor }).OfType<string>().Distinct().ToList();
        var regions = await db.Regions.AsNoTracking().Where(region => codes.Contains(region.Code)).ToDictionaryAsync(region => region.Code, cancellation);
        var people = (await db.ReleasedPeople.AsNoTracking().Where(person => ids.Contains(person.ReleaseId))
            .Join(db.Volunteers, person => person.VolunteerId, volunteer => volunteer.Id, (person, volunteer) => new { person, volunteer.Name }).ToListAsync(cancellation))
            .ToLookup(row => row.person.ReleaseId);
        var states = (await db.Callouts.AsNoTracking().Where(callout => incidents.Contains(callout.IncidentId) && callout.Ring == Geo.PostGis.LentCandidates.Ring)
            .Select(callout => new { callout.IncidentId, callout.VolunteerId, callout.State, callout.OfferedAt }).ToListAsync(cancellation))
            .GroupBy(callout => (callout.IncidentId, callout.VolunteerId)).ToDictionary(group => group.Key, group => group.MaxBy(callout => callout.OfferedAt)!.State);
        var deciders = rows.Select(row => row.release.DecidedBy).OfType<Guid>().ToList();
        var names = await db.Accounts.Where(account => deciders.Contains(account.Id)).ToDictionaryAsync(account => account.Id, account => account.Name, cancellation);

        var asked = await AskedForAsync(db, rows.FindAll(row => row.release.AppealDueAt is not null || row.release.AppealTo is not null).ConvertAll(row => row.release.IncidentId), cancellation);
        var views = new List<ReleaseView>();
        AidView.RegionPart Part(string code) => new(code, regions[code].Name);
        foreach (var row in rows.OrderByDescending(row => row.release.GivenAt))
        {
            var release = row.release;
            var voice = release.EndedAt is null ? await ReleaseVoice.OfAsync(db, caller, release, regions[release.Region].Path, row.incident, cancellation) : null;
            views.Add(new(
                release.Id, release.IncidentId, row.incident.Category, row.incident.Address, Part(release.Region), Part(row.incident.District), release.Ground,
                release.GivenAt, release.ValidUntil, release.EndedAt, release.Reason,
                [.. people[release.Id].OrderBy(one => one.Name, StringComparer.Ordinal).Select(one => new ReleaseView.LentPerson(
                    one.person.VolunteerId, one.Name, states.TryGetValue((release.IncidentId, one.person.VolunteerId), out var state) ? state : null, one.person.ReturnedAt))])
            {
                Decision = release.Decision is { } decision
                    ? new(decision, release.DecidedAs!.Value, Part(release.DecidedFor!), release.DecidedAt!.Value, new(release.DecidedBy!.Value, names.GetValueOrDefault(release.DecidedBy.Value)), release.DecisionReason!)
                    : null,
                Appeal = release.AppealTo is null && release.AppealDueAt is null || release.EndedAt is not null ? null
                    : new(release.AppealTo is { } to ? Part(to) : null, release.AppealDueAt, asked.GetValueOrDefault(release.Id)),
                MayExtend = voice is { MayExtend: true, GroundHolds: true },
                GroundEndsAt = voice?.GroundEndsAt,
                MayDecideAs = voice?.Side,
            });
        }

        return views;
    }

    /// <summary>Why the homes want their people back, by release: from the record, where every word stands.</summary>
    private static async Task<Dictionary<Guid, ReleaseView.DecisionPart>> AskedForAsync(DispatchDb db, List<Guid> incidents, CancellationToken cancellation)
    {
        var asked = new Dictionary<Guid, ReleaseView.DecisionPart>();
        var words = incidents.Count == 0 ? [] : await db.Facts.AsNoTracking().Where(fact => incidents.Contains(fact.IncidentId) && fact.Kind == nameof(FactKind.AidLapseDecided))
            .Join(db.Accounts, fact => fact.ById, account => (Guid?)account.Id, (fact, account) => new { fact.Number, fact.At, fact.Data, account.Id, account.Name }).ToListAsync(cancellation);
        foreach (var word in words.OrderBy(word => word.Number))
        {
            using var data = JsonDocument.Parse(word.Data);
            var fields = data.RootElement;
            if (fields.GetProperty("decision").GetString() == "callHome" && fields.GetProperty("decidedAs").GetString() == "lender")
            {
                asked[fields.GetProperty("releaseId").GetGuid()] = new(LapseDecision.CallHome, ReleaseSide.Lender, ForOf(fields), word.At, new(word.Id, word.Name), fields.GetProperty("reason").GetString()!);
            }
        }

        return asked;
    }

    /// <summary>Records from before a word named its region name the one it was about.</summary>
    private static AidView.RegionPart ForOf(JsonElement fields) => fields.TryGetProperty("forCode", out var code)
        ? new(code.GetString()!, fields.GetProperty("forName").GetString()!)
        : new(fields.GetProperty("regionCode").GetString()!, fields.GetProperty("regionName").GetString()!);

    public static Task<string> NameAsync(DispatchDb db, string region, CancellationToken cancellation) =>
        db.Regions.Where(row => row.Code == region).Select(row => row.Name).SingleAsync(cancellation);

    /// <summary>As it stands within the transaction that has just changed it.</summary>
    public static async Task<ReleaseView> OneAsync(DispatchDb db, Caller caller, Guid id, CancellationToken cancellation)
    {
        await db.SaveChangesAsync(cancellation);
        return (await ReadAsync(db, caller, db.Releases.Where(release => release.Id == id), cancellation)).Single();
    }

    /// <summary>Who is on the way or there on the strength of this release, and of no other of the incident that still holds.</summary>
    public static Task<List<Callout>> StillOutAsync(DispatchDb db, Release release, DateTimeOffset now, CancellationToken cancellation) =>
        db.Callouts.Where(callout => callout.IncidentId == release.IncidentId
                && (callout.State == CalloutState.Accepted || callout.State == CalloutState.EnRoute || callout.State == CalloutState.OnScene)
                && db.ReleasedPeople.Any(person => person.ReleaseId == release.Id && person.VolunteerId == callout.VolunteerId && person.ReturnedAt == null)
                && !db.ReleasedPeople.Any(person => person.ReleaseId != release.Id && person.VolunteerId == callout.VolunteerId && person.ReturnedAt == null
                    && db.Releases.Any(other => other.Id == person.ReleaseId && other.IncidentId == release.IncidentId && other.EndedAt == null && other.ValidUntil > now)))
            .OrderBy(callout => callout.Id).ToListAsync(cancellation);
}
