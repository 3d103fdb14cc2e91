using Dispatch.Geo.Matching;
using Dispatch.Server.Incidents;

namespace Dispatch.Server.Callouts;

internal enum CalloutState
{
    Offered,
    Accepted,
    EnRoute,
    OnScene,
    Released,
    TurnedBack,
    Standby,
    Declined,
    Expired,
    Recalled,
}

/// <summary>How a captain heard the answer that he passes on.</summary>
internal enum OnBehalfChannel
{
    PhoneCall,
    InPerson,
    Radio,
}

/// <summary>
/// One volunteer asked once for one incident. Invariants: nobody but the volunteer, or his captain's marked and repudiable word for him, leads to <see cref="CalloutState.Accepted"/>
/// (志愿服务条例 25); the database holds at most one active call-out per volunteer; every transition is guarded by the state that was read.
/// </summary>
internal sealed class Callout
{
    public const string RecalledBecauseFilled = "filled";

    public required Guid Id { get; init; }

    public required Guid IncidentId { get; init; }

    public required short NeedOrdinal { get; init; }

    public required int Wave { get; init; }

    public required Guid VolunteerId { get; init; }

    public CalloutState State { get; private set; }

    public required short Ring { get; init; }

    public required int Rank { get; init; }

    public required float DistanceMetres { get; init; }

    public required string LocatedBy { get; init; }

    public string? Reason { get; private set; }

    /// <summary>The captain who gave the answer for him; marked for ever, also when it was repudiated.</summary>
    public Guid? OnBehalfBy { get; private set; }

    public OnBehalfChannel? OnBehalfChannel { get; private set; }

    public string? OnBehalfReason { get; private set; }

    /// <summary>When the volunteer said that the answer was not his.</summary>
    public DateTimeOffset? RepudiatedAt { get; private set; }

    /// <summary>Since when he, who said yes, is expected too late; his place and his call-out are his all the same.</summary>
    public DateTimeOffset? LateSince { get; private set; }

    /// <summary>What he was last told his yes would be: standby, or (false) a place.</summary>
    public bool ToldStandby { get; private set; }

    public required DateTimeOffset OfferedAt { get; init; }

    public required DateTimeOffset DueAt { get; init; }

    public DateTimeOffset? SentAt { get; set; }

    public DateTimeOffset? DeliveredAt { get; set; }

    public DateTimeOffset? SeenAt { get; set; }

    public DateTimeOffset? AnsweredAt { get; private set; }

    public DateTimeOffset ChangedAt { get; private set; }

    /// <summary>Holds the volunteer: he cannot be asked by another incident.</summary>
    public bool IsActive => State is CalloutState.Offered or CalloutState.Accepted or CalloutState.EnRoute or CalloutState.OnScene;

    public bool HasPlace => State is CalloutState.Accepted or CalloutState.EnRoute or CalloutState.OnScene;

    /// <summary>A yes was given, whatever has become of it: every way to these states leads through one.</summary>
    public bool SaidYes => State is CalloutState.Accepted or CalloutState.EnRoute or CalloutState.OnScene or CalloutState.Standby or CalloutState.TurnedBack or CalloutState.Released;

    /// <summary>A yes may still come: offered, or too late for a place but welcome as standby.</summary>
    public bool MayStillSayYes => State is CalloutState.Offered or CalloutState.Expired
        || (State == CalloutState.Recalled && Reason == RecalledBecauseFilled);

    /// <summary>The offer of a place to one whom the matcher chose.</summary>
    public static Callout Offer(Incident incident, int wave, Chosen chosen, DateTimeOffset at) => new()
    {
        Id = Guid.CreateVersion7(at),
        IncidentId = incident.Id,
        NeedOrdinal = (short)chosen.NeedOrdinal,
        Wave = wave,
        VolunteerId = chosen.VolunteerId,
        Ring = (short)chosen.Ring,
        Rank = chosen.Rank,
        DistanceMetres = (float)chosen.DistanceMetres,
        LocatedBy = chosen.LocatedBy == Geo.Matching.LocatedBy.Fix ? "fix" : "address",
        OfferedAt = at,
        DueAt = at + incident.AnswerWithin,
        ChangedAt = at,
    };

    /// <summary>Moves to the next state; refuses what the state machine of docs/dictionary.md does not allow.</summary>
    public void Become(CalloutState next, DateTimeOffset at, string? reason = null)
    {
        if (!MayBecome(next))
        {
            throw new InvalidOperationException($"A call-out that is {State} cannot become {next}.");
        }

        if (State is CalloutState.Offered or CalloutState.Expired or CalloutState.Recalled
            && next is CalloutState.Accepted or CalloutState.Declined or CalloutState.Standby)
        {
            AnsweredAt = at;
        }

        (State, ChangedAt, Reason) = (next, at, reason);
        LateSince = next == CalloutState.EnRoute ? LateSince : null; // setting out says nothing of when he arrives
    }

    /// <summary>He is expected too late, or (null) in time again.</summary>
    public void ExpectLate(DateTimeOffset? since)
    {
        if (State is not (CalloutState.Accepted or CalloutState.EnRoute))
        {
            throw new InvalidOperationException($"A call-out that is {State} is not on its way.");
        }

        LateSince = since;
    }

    /// <summary>A yes to this offer is now standby, or a place; true when that is not what he was told.</summary>
    public bool TellStandby(bool standby)
    {
        if (State != CalloutState.Offered || ToldStandby == standby)
        {
            return false;
        }

        ToldStandby = standby;
        return true;
    }

    /// <summary>Marks the answer that is given now as his captain's word for him.</summary>
    public void AnsweredBy(Guid captain, OnBehalfChannel channel, string reason)
    {
        if (captain == VolunteerId || OnBehalfBy is not null)
        {
            throw new InvalidOperationException("Nobody answers for himself, and nobody is answered for twice.");
        }

        (OnBehalfBy, OnBehalfChannel, OnBehalfReason) = (captain, channel, reason);
    }

    /// <summary>
    /// The volunteer says that the answer was not his: a yes becomes a no and frees its place, a no becomes the yes of a standby. What has ended is
    /// only marked.
    /// </summary>
    public void Repudiate(bool incidentIsOpen, DateTimeOffset at, string? reason)
    {
        if (OnBehalfBy is null || RepudiatedAt is not null)
        {
            throw new InvalidOperationException("Only an answer given for him can be repudiated, and only once.");
        }

        RepudiatedAt = at;
        if (State is CalloutState.Accepted or CalloutState.Standby)
        {
            (State, ChangedAt, Reason, LateSince) = (CalloutState.Declined, at, reason, null);
        }
        else if (State == CalloutState.Declined && incidentIsOpen)
        {
            (State, ChangedAt, Reason) = (CalloutState.Standby, at, null);
        }
        else
        {
            ChangedAt = at;
        }
    }

    public bool MayBecome(CalloutState next) => DrillSeam.Breaks("no-state-guard") || (State, next) switch
    {
        (CalloutState.Offered, CalloutState.Accepted or CalloutState.Declined or CalloutState.Expired or CalloutState.Recalled or CalloutState.Standby) => true,
        (CalloutState.Expired or CalloutState.Recalled, CalloutState.Standby) => MayStillSayYes,
        (CalloutState.Standby, CalloutState.Accepted or CalloutState.Released) => true,
        (CalloutState.Accepted, CalloutState.EnRoute or CalloutState.OnScene or CalloutState.TurnedBack or CalloutState.Released) => true,
        (CalloutState.EnRoute, CalloutState.OnScene or CalloutState.TurnedBack or CalloutState.Released) => true,
        (CalloutState.OnScene, CalloutState.Released or CalloutState.TurnedBack) => true,
        _ => false,
    };
}
