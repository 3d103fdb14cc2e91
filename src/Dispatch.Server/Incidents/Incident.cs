using Dispatch.Server.Policies;
using NetTopologySuite.Geometries;

namespace Dispatch.Server.Incidents;

internal enum IncidentState
{
    Open,
    Closed,

    /// <summary>Raised by mistake.</summary>
    Cancelled,
}

/// <summary>
/// Something that needs people at a place. Invariants: every change happens under this row's lock (FactLog); facts are numbered
/// from <see cref="LastFact"/> under that lock, so they are gapless and in commit order; the plan is a copy made when raised.
/// </summary>
internal sealed class Incident
{
    private static readonly TimeSpan LookSoonAfter = TimeSpan.FromSeconds(0.5);

    public required Guid Id { get; init; }

    /// <summary>SHA-256 of the canonical request; tells a repeat from a second use of the id.</summary>
    public required byte[] RequestHash { get; init; }

    public required string Category { get; init; }

    public string? Grade { get; init; }

    public string? Warning { get; init; }

    public string? ResponseLevel { get; init; }

    public required string Risk { get; init; }

    public required string Address { get; init; }

    public required Point Location { get; init; }

    public required string Region { get; init; }

    public required string RegionPath { get; init; }

    public required string RegionZone { get; init; }

    /// <summary>From the province down to the region, as they were called when the incident was raised.</summary>
    public required string[] RegionNames { get; init; }

    /// <summary>The command that leads; no ring crosses it.</summary>
    public required string District { get; init; }

    /// <summary>Paths of the commands it reaches into, when they are several: their common superior leads it, each of their desks sees it. Null: one.</summary>
    public string[]? Touched { get; init; }

    /// <summary>Further points it was raised with: longitude and latitude in turns, WGS-84. Null: none.</summary>
    public double[]? AlsoAt { get; init; }

    /// <summary>Corners of the area it was raised with, in the same form, not closed. Null: none.</summary>
    public double[]? Area { get; init; }

    /// <summary>演练: asks drill twins alone, and counts nowhere.</summary>
    public bool Drill { get; init; }

    public required bool Hazardous { get; init; }

    public required bool LifeCritical { get; init; }

    public required short FirstRing { get; init; }

    public required TimeSpan AnswerWithin { get; init; }

    /// <summary>Copied from the category; null: as the installation is configured.</summary>
    public TimeSpan? FallbackAfter { get; init; }

    public required int RadiusMetres { get; init; }

    public required double TargetProbability { get; init; }

    /// <summary>Of one plan: what was calibrated for the target when the incident was raised, or what the category says.</summary>
    public required double InnerTarget { get; init; }

    public required TimeSpan ArriveWithin { get; init; }

    public short? AlertBudget { get; init; }

    public TimeSpan AlertPeriod { get; init; } = TimeSpan.FromDays(7);

    public TimeSpan? RestFloor { get; init; }

    /// <summary>The mode its region was in when it was raised.</summary>
    public Mode Mode { get; init; }

    /// <summary>Region level of the last ring: 3 the district; beyond it only under unified command.</summary>
    public short LastRing { get; init; } = 3;

    /// <summary>Local time in which only those on duty by their own switch are asked; null: none.</summary>
    public TimeOnly? QuietFrom { get; init; }

    public TimeOnly? QuietTo { get; init; }

    /// <summary>Who asks the neighbours when the permitted rings cannot fill a need.</summary>
    public AidAsked Aid { get; init; }

    public TimeSpan AidAnswerWithin { get; init; } = TimeSpan.FromMinutes(3);

    public TimeSpan LendFor { get; init; } = TimeSpan.FromHours(4);

    /// <summary>People of another command were released for it: the match looks for them.</summary>
    public bool Lent { get; set; }

    /// <summary>When a request to a neighbour or a release has to be looked at; <see cref="LookAt"/> is never later.</summary>
    public DateTimeOffset? AidDueAt { get; set; }

    public IncidentState State { get; private set; }

    /// <summary>False after a recall: nobody new is asked until the operator asks again.</summary>
    public bool Calling { get; set; } = true;

    public long LastFact { get; private set; }

    public int LastWave { get; private set; }

    /// <summary>When the sweep should look at this incident; null: nothing to wait for.</summary>
    public DateTimeOffset? LookAt { get; set; }

    /// <summary>The trace that began with the raise (W3C traceparent): what is done later, by any node, belongs to it.</summary>
    public string? Trace { get; set; }

    public required Guid RaisedBy { get; init; }

    public required DateTimeOffset RaisedAt { get; init; }

    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>When its record last moved, once it has ended: a phone that comes back says what had reached it, hours later too. Null while it is open.</summary>
    public DateTimeOffset? RestsSince { get; private set; }

    /// <summary>
    /// Something was heard that may change the plan: look within a second, however much is heard in it. Nothing when nobody is being called.
    /// </summary>
    public void LookSoon(DateTimeOffset now)
    {
        if (State == IncidentState.Open && Calling && (LookAt is null || LookAt > now + LookSoonAfter))
        {
            LookAt = now + LookSoonAfter;
        }
    }

    public long NextFact(DateTimeOffset now)
    {
        if (State != IncidentState.Open)
        {
            RestsSince = now;
        }

        return ++LastFact;
    }

    public int NextWave() => ++LastWave;

    public void End(IncidentState how, DateTimeOffset at)
    {
        if (State != IncidentState.Open || how == IncidentState.Open)
        {
            throw new InvalidOperationException($"An incident that is {State} cannot become {how}.");
        }

        (State, EndedAt, RestsSince, Calling, LookAt, AidDueAt) = (how, at, at, false, null, null);
    }
}

/// <summary>A qualification and how many people with it an incident needs.</summary>
internal sealed class Need
{
    public required Guid IncidentId { get; init; }

    public required short Ordinal { get; init; }

    public required short QualificationId { get; init; }

    public required short Count { get; set; }

    /// <summary>Places taken: accepted, en route, on scene, or released after having been on scene.</summary>
    public short Filled { get; private set; }

    /// <summary>Rings opened so far; 0: none yet.</summary>
    public short Ring { get; set; }

    /// <summary>Every permitted ring is open and nobody is left to ask.</summary>
    public bool Exhausted { get; set; }

    /// <summary>Somebody who has a place will be late, every permitted ring is open and nobody is left to be asked in his stead.</summary>
    public bool NoStandIns { get; set; }

    public int Missing => Count - Filled;

    public void Take()
    {
        if (Missing == 0)
        {
            throw new InvalidOperationException("Every place of this need is taken.");
        }

        Filled++;
    }

    public void Reopen() => Filled--;
}

/// <summary>One matching run: stored inputs and explanation. The pure matcher over the inputs gives the explanation again, byte for byte.</summary>
internal sealed class Wave
{
    public required Guid IncidentId { get; init; }

    public required int Number { get; init; }

    public required DateTimeOffset At { get; init; }

    public required byte[] Inputs { get; init; }

    public required byte[] Explanation { get; init; }
}
