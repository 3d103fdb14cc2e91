using Dispatch.Geo;
using Dispatch.Geo.Matching;
using Dispatch.Geo.Waves;
using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Dispatch.Server.Telemetry;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Plans;

/// <summary>
/// What would happen if this incident were raised now: who would be asked, how sure that makes it, when they may be expected; and for a need that
/// nobody can fill, the numbers by gate. It is the raise itself, its checks, its plan and its match, in a transaction that the database holds
/// read-only and that is rolled back: nobody is asked and nothing is written.
/// </summary>
internal sealed class DrawPlan(DispatchLane lane, Hints hints, Measures measures, Quarantine quarantine, GeoBounds bounds, ILogger<RaiseIncident> raising) : IDisposable
{
    /// <summary>How many of those considered this gate refuses first.</summary>
    internal sealed record GateView(string Code, int People, string Text, string TextEn);

    internal sealed record PersonView(Guid VolunteerId, string? Name, int NeedOrdinal, int Ring, int Rank, double DistanceMetres, double? Chance);

    /// <summary>canFill: those who may be asked would be enough if all of them said yes. expectedSeconds: one half; null: more likely never.</summary>
    internal sealed record NeedPlanView(
        int Ordinal, string Qualification, string Name, string NameEn, int Count, int Asked, int MayBeAsked, int Considered, int RingReached, bool CanFill, double? ExpectedSeconds,
        double Probability, string Text, string TextEn, IReadOnlyList<GateView> Refused);

    /// <summary>commands: the commands touched, when they are several; alsoAt and area as they were understood, in WGS-84.</summary>
    internal sealed record View(
        IReadOnlyList<string>? Commands, IReadOnlyList<double[]>? AlsoAt, IReadOnlyList<double[]>? Area, string[] RegionNames, IReadOnlyList<Geo.Regions.Ring> Rings, IReadOnlyList<NeedPlanView> Needs, IReadOnlyList<PersonView> People, DateTimeOffset At);

    private const int MostNamed = 200;

    // The lane is for the real thing: of its connections what-if takes at most two.
    private readonly SemaphoreSlim few = new(2);

    public static async Task<IResult> Handle(RaiseIncident.Request request, Caller caller, DrawPlan draw, CancellationToken cancellation) =>
        (await draw.HandleAsync(caller, request, cancellation)).ToResult();

    public async Task<Outcome<View>> HandleAsync(Caller caller, RaiseIncident.Request request, CancellationToken cancellation)
    {
        await few.WaitAsync(cancellation);
        try
        {
            var draft = new NeverWritten(lane, hints, measures, quarantine);
            var (outcome, _) = await new RaiseIncident(lane, draft, bounds, raising).HandleAsync(caller, Guid.CreateVersion7(), request, cancellation, draft: true);
            return outcome.Problem is { } problem ? problem : draft.Drawn!;
        }
        finally
        {
            few.Release();
        }
    }

    public void Dispose() => few.Dispose();

    private static async Task<View> DrawAsync(OpenRecord record, CancellationToken cancellation)
    {
        var needs = record.Db.Needs.Local.OrderBy(need => need.Ordinal).ToList();
        var ids = needs.ConvertAll(need => need.QualificationId);
        var taxonomy = await record.Db.Qualifications.AsNoTracking().Where(held => ids.Contains(held.Id)).ToDictionaryAsync(held => held.Id, cancellation);
        var rings = await IncidentRings.OfAsync(record, cancellation);
        var (request, result) = await PlanWave.MatchAsync(record, needs, Callouts.Latecomers.None, needs.ToDictionary(need => need.Ordinal, need => taxonomy[need.QualificationId].Key), rings, beyondOpen: false, others: true, cancellation);

        var chosen = result.Chosen.Select(one => one.VolunteerId).ToHashSet();
        var names = await record.Db.Volunteers.AsNoTracking().Where(volunteer => chosen.Contains(volunteer.Id)).ToDictionaryAsync(volunteer => volunteer.Id, volunteer => volunteer.Name, cancellation);
        var lines = result.Lines.Where(line => line.Verdict == Verdict.Asked).ToDictionary(line => (line.NeedOrdinal, line.VolunteerId));
        var touched = IncidentView.Codes(record.Incident.Touched) ?? [];
        var commands = await record.Db.Regions.AsNoTracking().Where(region => touched.Contains(region.Code)).ToDictionaryAsync(region => region.Code, region => region.Name, cancellation);
        return new(
            touched.Count == 0 ? null : touched.ConvertAll(code => commands[code]), IncidentView.Pairs(record.Incident.AlsoAt), IncidentView.Pairs(record.Incident.Area),
            record.Incident.RegionNames, rings,
            needs.ConvertAll(need => Of(record, need, taxonomy[need.QualificationId], request, result)),
            [.. result.Chosen.OrderBy(one => one.NeedOrdinal).ThenBy(one => one.Ring).ThenBy(one => one.Rank).Take(MostNamed).Select(one => new PersonView(
                one.VolunteerId, names.GetValueOrDefault(one.VolunteerId), one.NeedOrdinal, one.Ring, one.Rank, Math.Round(one.DistanceMetres, 1), lines[(one.NeedOrdinal, one.VolunteerId)].Chance))],
            record.Now);
    }

    private static NeedPlanView Of(OpenRecord record, Need need, Qualification qualification, MatchRequest request, MatchResult result)
    {
        var outcome = result.Needs.Single(outcome => outcome.NeedOrdinal == need.Ordinal);
        var own = result.Lines.Where(line => line.NeedOrdinal == need.Ordinal).ToList();
        var asked = own.Where(line => line.Verdict == Verdict.Asked).Select(line => line.VolunteerId).ToHashSet();
        var may = own.Count(line => line.Verdict != Verdict.Out && line.Rule != Rules.AskedForOtherNeed);
        var expected = ExpectedArrival.MedianSeconds(
            request.Model!, record.Incident.AnswerWithin.TotalSeconds, need.Count,
            [.. request.Candidates.Where(candidate => candidate.NeedOrdinal == need.Ordinal && asked.Contains(candidate.VolunteerId))
                .DistinctBy(candidate => candidate.VolunteerId)
                .Select(candidate => new Expected(candidate.DistanceMetres!.Value, candidate.Means ?? Means.Undeclared, candidate.Record ?? ResponseRecord.None))]);
        var plan = outcome.Plan!;
        return new(
            need.Ordinal, qualification.Key, qualification.Name, qualification.NameEn, need.Count, outcome.Asked, may, own.Count, outcome.RingReached, may >= need.Count, expected,
            plan.After, WaveText.Zh(plan, 0, outcome.LeftToOthers ?? 0), WaveText.En(plan, 0, outcome.LeftToOthers ?? 0),
            [.. own.Where(line => line.Verdict == Verdict.Out).GroupBy(line => line.Rule).OrderByDescending(gate => gate.Count()).ThenBy(gate => gate.Key, StringComparer.Ordinal)
                .Select(gate => new GateView(gate.Key, gate.Count(), GateWords.Zh(gate.Key), GateWords.En(gate.Key)))]);
    }

    /// <summary>Goes as far as the match and takes everything back; the database refuses whatever would write.</summary>
    private sealed class NeverWritten(DispatchLane lane, Hints hints, Measures measures, Quarantine quarantine) : FactLog(lane, hints, measures, quarantine)
    {
        public View? Drawn { get; private set; }

        protected override async Task EndAsync(OpenRecord record, CancellationToken cancellation)
        {
            await record.Db.Database.ExecuteSqlRawAsync("SET TRANSACTION READ ONLY", cancellation);
            Drawn = await DrawAsync(record, cancellation);
            await record.Db.Database.CurrentTransaction!.RollbackAsync(cancellation);
        }
    }
}
