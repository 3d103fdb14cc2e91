using System.Text.Json;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Live;

internal enum FactKind
{
    IncidentRaised,
    RingOpened,
    WaveSent,
    CalloutOffered,
    CalloutSent,
    CalloutDelivered,
    CalloutSeen,
    CalloutChannelSent,
    CalloutChannelDelayed,
    CalloutChannelDelivered,
    CalloutChannelFailed,
    CalloutAccepted,
    CalloutStoodBy,
    CalloutCalledUp,
    CalloutDeclined,
    CalloutExpired,
    CalloutRecalled,
    CalloutEnRoute,
    CalloutOnScene,
    CalloutFellBehind,
    CalloutCaughtUp,
    CalloutTurnedBack,
    CalloutReleased,
    NeedChanged,
    CalloutRepudiated,
    LiaisonAsked,
    LiaisonAnswered,
    LiaisonEscalated,
    NeedFilled,
    NeedExhausted,
    AidRequested,
    AidEscalated,
    AidRefused,
    AidUnanswered,
    AidUnavailable,
    AidReleased,
    AidLapsed,
    AidExtended,
    AidLapseDecided,
    AidAppealed,
    AidAppealUnanswered,
    SelfOffered,
    SelfOfferDecided,
    CallingPaused,
    CallingResumed,
    IncidentClosed,
    IncidentCancelled,
}

internal enum ActorKind
{
    Operator,
    Volunteer,
    System,
}

/// <summary>Who did it. The id is the operator's account or the volunteer.</summary>
internal readonly record struct Actor(ActorKind Kind, Guid? Id)
{
    public static readonly Actor System = new(ActorKind.System, null);

    public static Actor Operator(Guid accountId) => new(ActorKind.Operator, accountId);

    public static Actor Volunteer(Guid volunteerId) => new(ActorKind.Volunteer, volunteerId);
}

/// <summary>One numbered, immutable line of an incident's record. Data holds ids and numbers, never names: those are joined when read.</summary>
internal sealed class Fact
{
    public required Guid IncidentId { get; init; }

    public required long Number { get; init; }

    /// <summary>A <see cref="FactKind"/> by name: kinds of earlier versions stay readable.</summary>
    public required string Kind { get; init; }

    public required DateTimeOffset At { get; init; }

    public required ActorKind ByKind { get; init; }

    public Guid? ById { get; init; }

    public Guid? CalloutId { get; init; }

    /// <summary>The caller's id of a repeatable order; unique per incident, so a repeat is recognised.</summary>
    public Guid? CommandId { get; init; }

    public required string Data { get; init; }

    private static readonly string AppendSql = EmbeddedSql.Read("AppendFacts.sql");

    /// <summary>Writes new facts of one incident, all in one statement.</summary>
    public static NpgsqlBatchCommand Append(IReadOnlyList<Fact> facts) => new(AppendSql)
    {
        Parameters =
        {
            new() { Value = facts[0].IncidentId },
            new() { Value = facts.Select(fact => fact.Number).ToArray() },
            new() { Value = facts.Select(fact => fact.Kind).ToArray() },
            new() { Value = facts.Select(fact => fact.At.UtcDateTime).ToArray() },
            new() { Value = facts.Select(fact => JsonNamingPolicy.CamelCase.ConvertName(fact.ByKind.ToString())).ToArray() },
            new() { Value = facts.Select(fact => fact.ById).ToArray() },
            new() { Value = facts.Select(fact => fact.CalloutId).ToArray() },
            new() { Value = facts.Select(fact => fact.CommandId).ToArray() },
            new() { Value = facts.Select(fact => fact.Data).ToArray() },
        },
    };
}
