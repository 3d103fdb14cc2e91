using System.Collections.Concurrent;
using Dispatch.Geo;
using Dispatch.Server.Access;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Dispatch.Server.Telemetry;
using Npgsql;

namespace Dispatch.Server.Volunteers;

/// <summary>A phone says where it is, in a declared datum. Taken only with consent to be located; reports are merged, the newest wins.</summary>
internal sealed class ReportPosition : IDisposable
{
    internal sealed record Request(double? Longitude, double? Latitude, string? Datum, double? AccuracyMetres, DateTimeOffset? TakenAt);

    // Consent was seen: so long it is not asked for again.
    private static readonly TimeSpan SeenFor = TimeSpan.FromSeconds(30);

    /// <summary>A phone's clock may be ahead by this much; more would make a fix look fresh for too long.</summary>
    private static readonly TimeSpan AheadAtMost = TimeSpan.FromMinutes(2);

    // Consent was seen at this time. The writing statement judges it again; this only spares a query per report.
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> consented = new();
    private readonly ReadTogether<Guid> unseen;
    private readonly NpgsqlDataSource source;
    private readonly PositionFeed feed;
    private readonly GeoBounds bounds;
    private readonly DatabaseClock clock;

    public ReportPosition(NpgsqlDataSource source, PositionFeed feed, GeoBounds bounds, DatabaseClock clock)
    {
        (this.source, this.feed, this.bounds, this.clock) = (source, feed, bounds, clock);
        unseen = new(ReadConsentsAsync);
    }

    /// <summary>What was seen of his consent no longer holds.</summary>
    public void ConsentChanged(Guid volunteer) => consented.TryRemove(volunteer, out _);

    public async Task<Outcome<object?>> HandleAsync(Caller caller, Request request, CancellationToken cancellation)
    {
        var now = clock.Now; // as old as the matcher will find it
        var faults = new List<Fault>();
        var place = Places.Read(faults, "", request.Longitude, request.Latitude, request.Datum, bounds);
        if (request.AccuracyMetres is not (>= 0 and <= 100_000))
        {
            faults.Add(new("accuracyMetres", "应为 0 至 100000 米", "must be 0 to 100000 metres"));
        }

        if (request.TakenAt is not { } taken || taken > now + AheadAtMost || taken < now - TimeSpan.FromDays(1))
        {
            faults.Add(new("takenAt", "应为最近 24 小时内的时间，不能在未来", "must be within the last 24 hours and not in the future"));
        }

        if (faults.Count > 0)
        {
            return Problems.Invalid(faults);
        }

        if (!IsConsented(caller.VolunteerId, now))
        {
            await unseen.AskAsync(caller.VolunteerId, cancellation);
            if (!IsConsented(caller.VolunteerId, now))
            {
                return Problems.Conflict("您未同意使用定位，位置未被保存", "Without your consent to be located the position was not kept");
            }
        }

        feed.Report(caller.VolunteerId, new(place.Longitude, place.Latitude, (float)request.AccuracyMetres!.Value, request.TakenAt!.Value > now ? now : request.TakenAt.Value));
        return (object?)null;
    }

    public void Dispose() => unseen.Dispose();

    private bool IsConsented(Guid volunteer, DateTimeOffset now) => consented.TryGetValue(volunteer, out var seen) && now - seen <= SeenFor;

    private async Task ReadConsentsAsync(IReadOnlyCollection<Guid> volunteers)
    {
        var now = clock.Now;
        await using var command = source.CreateCommand("SELECT volunteer_id FROM consents WHERE volunteer_id = ANY ($1) AND kind = 'location' AND withdrawn_at IS NULL");
        command.Parameters.Add(new() { Value = volunteers.ToArray() });
        foreach (var volunteer in volunteers)
        {
            consented.TryRemove(volunteer, out _);
        }

        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None); // the statement has a limit of its own
        while (await reader.ReadAsync(CancellationToken.None))
        {
            consented[reader.GetGuid(0)] = now;
        }
    }
}
