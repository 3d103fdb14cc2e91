using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dispatch.Drills.Live;

// What the drills read of docs/wire.md, written down again on purpose: a server that drifts from the contract must break them.
internal sealed record SignedIn(string AccessToken, string RefreshToken, int ExpiresIn);

internal sealed record Place(double Longitude, double Latitude, double AccuracyMetres, DateTimeOffset TakenAt);

internal sealed record Self(Guid Id, string Name, string Duty, bool AvailableNow, Place? Position, long InboxCursor);

internal sealed record Me(string Role, string Name, RegionName Region, Self? Volunteer);

internal sealed record RegionName(string Code, string Name);

internal sealed record VolunteerPage(int Total, int Page, IReadOnlyList<RosterLine> Volunteers);

internal sealed record RosterLine(Guid Id, string ExternalId, string Name, RegionName HomeRegion, bool AvailableNow, IReadOnlyList<Qualification> Qualifications);

internal sealed record Qualification(string Key, bool Expired);

internal sealed record ActivationCode(string Code);

internal sealed record Card(Guid Id, string State, CardIncident Incident, double? DistanceMetres, DateTimeOffset DueAt, DateTimeOffset ChangedAt);

internal sealed record CardIncident(Guid Id, string Category, double Longitude, double Latitude, string State);

internal sealed record MyCallouts(long Cursor, IReadOnlyList<Card> Callouts);

/// <summary>An item of a phone's inbox; of a muster or of a liaison's task there is no call-out.</summary>
internal sealed record CallOut(long Number, string Kind, DateTimeOffset At, Card? Callout)
{
    public MusterCard? Muster { get; init; }

    /// <summary>When it reached this process, by its own monotonic clock.</summary>
    [JsonIgnore]
    public long TakenAt { get; init; }
}

internal sealed record PhoneCurrent(long Cursor, DateTimeOffset ServerTime);

internal sealed record Watching(string Epoch, DateTimeOffset ServerTime, long Cursor);

/// <summary>What the hub answers to an order of a phone: the card as it is now, or why not.</summary>
internal sealed record Answered(bool Ok, Card? Card, JsonElement? Problem)
{
    /// <summary>The server itself does not know whether it is done: the same order again finds out.</summary>
    [JsonIgnore]
    public bool IsUnknown => Problem is { ValueKind: JsonValueKind.Object } problem
        && problem.GetProperty("type").GetString() == "https://dispatch.invalid/problems/notConfirmed";
}

internal sealed record Fact(Guid IncidentId, int Number, string Kind, DateTimeOffset At, Guid? CalloutId, JsonElement Data);

internal sealed record FactPage(IReadOnlyList<Fact> Facts, int LastFact);

internal sealed record MusterCard(Guid Id, string State, string Stage, DateTimeOffset ChangedAt);

internal sealed record RollCall(int People, int Notified, int Delivered, int Responded, int Accepted, int CheckedIn);

internal sealed record MusterPerson(Guid VolunteerId, string Stage);

internal sealed record Muster(Guid Id, string State, long LastFact, RollCall Counts, IReadOnlyList<MusterPerson>? People);

internal sealed record MusterBoard(IReadOnlyList<Muster> Musters);

internal sealed record MusterFact(Guid MusterId, long Number, string Kind, MusterFactData Data);

internal sealed record MusterFactData(RollCall Counts);

internal sealed record Category(string Key, bool Hazardous, bool LifeCritical, double RadiusMetres);
