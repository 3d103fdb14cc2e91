using Dispatch.Geo.Matching;
using Dispatch.Geo.Regions;
using Dispatch.Geo.Waves;
using Dispatch.Server.Access;
using Dispatch.Server.Storage;
using Dispatch.Server.Teams;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Incidents;

/// <summary>Why each candidate was asked or not, wave by wave, from what was stored when it was decided.</summary>
internal static class ExplainIncident
{
    internal sealed record View(IReadOnlyList<WaveView> Waves, IReadOnlyList<OnBehalfView> OnBehalf, bool Drill);

    /// <summary>An answer that was somebody else's word, in both languages; repudiated or not, it is told for ever.</summary>
    internal sealed record OnBehalfView(Guid CalloutId, Guid VolunteerId, string? Name, DateTimeOffset? AnsweredAt, DateTimeOffset? RepudiatedAt, string Text, string TextEn);

    internal sealed record WaveView(int Number, DateTimeOffset At, IReadOnlyList<NeedOutcome> Needs, IReadOnlyList<Ring> Rings, IReadOnlyList<PlanView> Plans, IReadOnlyList<LineView> Lines);

    /// <summary>How many were asked for a need and why, in both languages; the numbers are those of the stored plan.</summary>
    internal sealed record PlanView(int NeedOrdinal, string Text, string TextEn);

    /// <summary>One line with its sentence in both languages; the numbers are those of the stored line.</summary>
    internal sealed record LineView(
        Guid VolunteerId, string? Name, int NeedOrdinal, int Ring, Verdict Verdict, string Rule, double? DistanceMetres, int? Rank, string Text, string TextEn, ExplanationLine Numbers);

    public static async Task<IResult> Handle(Guid id, Caller caller, IDbContextFactory<DispatchDb> store, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await ReadIncidents.RefusalAsync(db, caller, id, cancellation) is { } refusal)
        {
            return refusal;
        }

        var drill = await db.Incidents.Where(incident => incident.Id == id).Select(incident => incident.Drill).SingleAsync(cancellation);
        var waves = await db.Waves.AsNoTracking().Where(wave => wave.IncidentId == id).OrderBy(wave => wave.Number).ToListAsync(cancellation);
        var results = waves.ConvertAll(wave => Explanation.Read(wave.Explanation));
        var people = results.SelectMany(result => result.Lines).Select(line => line.VolunteerId).Distinct().ToList();
        var names = await db.Volunteers.Where(volunteer => people.Contains(volunteer.Id)).ToDictionaryAsync(volunteer => volunteer.Id, volunteer => volunteer.Name, cancellation);
        return TypedResults.Json(
            new View([.. waves.Zip(results, (wave, result) => new WaveView(
                wave.Number, wave.At, result.Needs, Explanation.ReadInputs(wave.Inputs).Rings,
                [.. result.Needs.Where(need => need.Plan is not null).Select(need => new PlanView(
                    need.NeedOrdinal, (drill ? "【演练】" : "") + WaveText.Zh(need.Plan!, need.OpenBefore ?? 0, need.LeftToOthers ?? 0, need.ExpectedLate ?? 0), (drill ? "Drill: " : "") + WaveText.En(need.Plan!, need.OpenBefore ?? 0, need.LeftToOthers ?? 0, need.ExpectedLate ?? 0)))],
                [.. result.Lines.Select(line => Describe(line, names.GetValueOrDefault))]))],
                await OnBehalf.ExplainAsync(db, id, cancellation), drill),
            Json.Options);
    }

    /// <summary>A volunteer's own line of the wave that asked him. Other people in it stay unnamed.</summary>
    public static async Task<IResult> Why(Guid id, Caller caller, IDbContextFactory<DispatchDb> store, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var callout = await db.Callouts.AsNoTracking().SingleOrDefaultAsync(callout => callout.Id == id && callout.VolunteerId == caller.VolunteerId, cancellation);
        if (callout is null)
        {
            return Problems.NotFound("召集", "call-out");
        }

        var stored = await db.Waves.Where(wave => wave.IncidentId == callout.IncidentId && wave.Number == callout.Wave).Select(wave => wave.Explanation).SingleAsync(cancellation);
        var line = Explanation.Read(stored).Lines.Single(line => line.VolunteerId == caller.VolunteerId && line.NeedOrdinal == callout.NeedOrdinal);
        return TypedResults.Json(new { line = Describe(line with { Behind = null }, _ => null) }, Json.Options);
    }

    private static LineView Describe(ExplanationLine line, Func<Guid, string?> nameOf)
    {
        string Name(Guid id) => nameOf(id) ?? "";
        Func<Guid, string>? names = line.Behind is { } ahead && nameOf(ahead) is not null ? Name : null;
        return new(
            line.VolunteerId, nameOf(line.VolunteerId), line.NeedOrdinal, line.Ring, line.Verdict, line.Rule, line.DistanceMetres, line.Rank,
            ExplanationText.Zh(line, names), ExplanationText.En(line, names), line);
    }
}
