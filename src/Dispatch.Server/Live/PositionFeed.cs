using System.Collections.Concurrent;
using System.Text.Json;
using Dispatch.Geo.PostGis;
using Dispatch.Geo.Waves;
using Dispatch.Server.Access;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Live;

/// <summary>
/// Many positions, latest wins: merged per volunteer in memory and written together, again and again; once a second the places of those who accepted
/// are shown to the consoles, here and by way of Redis at the other nodes; without Redis they read what was stored. Never replayed: the next one is
/// better than any lost one.
/// </summary>
internal sealed class PositionFeed : BackgroundService
{
    private const int MostPerStatement = 5000, MostPerMessage = 500;
    private const string Spoken = "dispatch:positions";

    // Between two writings. Whoever reports once a second is to be stored no older than two: a second of his own, this, and two writings, which are
    // the shorter the shorter this is.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.1);

    private static readonly TimeSpan ShowEvery = TimeSpan.FromSeconds(1), ForgetAfter = TimeSpan.FromMinutes(10);

    private static readonly string StoreSql = EmbeddedSql.Read("StorePositions.sql"), MovedSql = EmbeddedSql.Read("ReadMovedPositions.sql");

    private readonly NpgsqlDataSource source;
    private readonly Connections connections;
    private readonly Redis redis;
    private readonly Hints hints;
    private readonly Quarantine quarantine;
    private readonly MovesThatMatter moves;
    private readonly TimeProvider time;
    private readonly ILogger<PositionFeed> log;
    private readonly ConcurrentDictionary<Guid, Fix> latest = new();

    // Stored, and not yet shown: the newest of each.
    private readonly ConcurrentDictionary<Guid, Placed> toShow = new();

    // A position may come to us by three ways; consoles are shown it once.
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> shownUntil = new();

    public PositionFeed(NpgsqlDataSource source, Connections connections, Redis redis, Hints hints, Quarantine quarantine, MovesThatMatter moves, TimeProvider time, ILogger<PositionFeed> log)
    {
        (this.source, this.connections, this.redis, this.hints, this.quarantine, this.moves, this.time, this.log) = (source, connections, redis, hints, quarantine, moves, time, log);
        redis.Hear(Spoken, message => Show(JsonSerializer.Deserialize<List<Placed>>(message)!));
    }

    internal sealed record Fix(double Longitude, double Latitude, float AccuracyMetres, DateTimeOffset TakenAt);

    internal sealed record Shown(Guid VolunteerId, Guid CalloutId, Guid IncidentId, double Longitude, double Latitude, DateTimeOffset TakenAt);

    internal sealed record Placed(string RegionPath, Shown Position);

    public void Report(Guid volunteer, Fix fix) => latest.AddOrUpdate(volunteer, fix, (_, earlier) => earlier.TakenAt > fix.TakenAt ? earlier : fix);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        Loops.RunAsync("position feed", WriteAsync, log, stoppingToken),
        Loops.RunAsync("positions for the consoles", ShowAsync, log, stoppingToken));

    private async Task WriteAsync(CancellationToken cancellation)
    {
        await Task.Delay(Pause, cancellation);
        foreach (var batch in latest.ToArray().OrderBy(report => report.Key).Chunk(MostPerStatement))
        {
            await Isolate.RunAsync(
                batch,
                some => StoreAsync(some, cancellation),
                (report, error) => quarantine.PutAsync(QuarantineKind.Position, report.Key, 0, error, cancellation));
            foreach (var report in batch)
            {
                latest.TryRemove(report); // unless a newer one came meanwhile
            }

            await moves.LookAsync([.. batch.Select(report => report.Key)], cancellation);
        }
    }

    private async Task ShowAsync(CancellationToken cancellation)
    {
        await Task.Delay(ShowEvery, cancellation);
        foreach (var old in shownUntil.Where(shown => time.GetUtcNow() - shown.Value > ForgetAfter))
        {
            shownUntil.TryRemove(old);
        }

        var placed = toShow.ToArray();
        foreach (var one in placed)
        {
            toShow.TryRemove(one); // unless a newer one came meanwhile
        }

        Show([.. placed.Select(one => one.Value)]);
        foreach (var message in placed.Select(one => one.Value).Chunk(MostPerMessage))
        {
            redis.Publish(Spoken, JsonSerializer.Serialize(message));
        }

        if (hints.Neighbours > 0 && !redis.IsThere && connections.Consoles.Any())
        {
            await using var command = source.CreateCommand(MovedSql);
            Show(await ReadAsync(command, cancellation));
        }
    }

    private void Show(IReadOnlyCollection<Placed> placed)
    {
        var news = placed.Where(IsNews).ToList();
        foreach (var console in news.Count == 0 ? [] : connections.Consoles)
        {
            var own = news.Where(one => Caller.Covers(console.RegionPath, one.RegionPath)).Select(one => one.Position).ToList();
            if (own.Count > 0)
            {
                console.SendPositions(own);
            }
        }
    }

    private bool IsNews(Placed placed)
    {
        var (volunteer, takenAt) = (placed.Position.VolunteerId, placed.Position.TakenAt);
        while (true)
        {
            if (!shownUntil.TryGetValue(volunteer, out var until))
            {
                if (shownUntil.TryAdd(volunteer, takenAt))
                {
                    return true;
                }
            }
            else if (until >= takenAt)
            {
                return false;
            }
            else if (shownUntil.TryUpdate(volunteer, takenAt, until))
            {
                return true;
            }
        }
    }

    private async Task StoreAsync(IReadOnlyList<KeyValuePair<Guid, Fix>> batch, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(StoreSql);
        command.Parameters.Add(new() { Value = batch.Select(report => report.Key).ToArray() });
        command.Parameters.Add(new() { Value = batch.Select(report => report.Value.Longitude).ToArray() });
        command.Parameters.Add(new() { Value = batch.Select(report => report.Value.Latitude).ToArray() });
        command.Parameters.Add(new() { Value = batch.Select(report => report.Value.AccuracyMetres).ToArray() });
        command.Parameters.Add(new() { Value = batch.Select(report => report.Value.TakenAt.UtcDateTime).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (reader.GetBoolean(7))
            {
                toShow[reader.GetGuid(1)] = Read(reader);
                if (reader.GetString(10) != "onScene")
                {
                    moves.Underway(reader.GetGuid(3), UnderwayOf(reader), reader.GetFieldValue<DateTimeOffset>(12), reader.GetBoolean(14));
                }
            }
            else
            {
                moves.Silent(reader.GetGuid(3), reader.GetGuid(2), reader.GetDouble(8), reader.GetDouble(9));
            }
        }
    }

    private static Placed Read(NpgsqlDataReader reader) => new(reader.GetString(0), new(
        reader.GetGuid(1), reader.GetGuid(2), reader.GetGuid(3), reader.GetDouble(4), reader.GetDouble(5), reader.GetDateTime(6)));

    /// <summary>The way of one who said yes, from this fix.</summary>
    private static Underway UnderwayOf(NpgsqlDataReader reader)
    {
        var (fixAt, saidAt) = (reader.GetFieldValue<DateTimeOffset>(6), reader.GetFieldValue<DateTimeOffset>(11));
        return new()
        {
            SetsOutAt = UnderwayPeople.SetsOutAt(reader.GetString(10), saidAt, ResponseModel.HoursOf(TimeZoneInfo.ConvertTime(fixAt, TimeZoneInfo.FindSystemTimeZoneById(reader.GetString(13))).DateTime)),
            FixAt = fixAt,
            DistanceMetres = reader.GetDouble(8),
            Means = UnderwayPeople.MeansOf(reader.IsDBNull(15) ? null : reader.GetString(15)),
        };
    }

    private static async Task<List<Placed>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var placed = new List<Placed>();
        while (await reader.ReadAsync(cancellation))
        {
            placed.Add(Read(reader));
        }

        return placed;
    }
}
