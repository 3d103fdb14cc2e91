using System.Collections.Concurrent;
using Dispatch.Server.Access;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Live;

/// <summary>
/// Many positions, latest wins: merged per volunteer in memory and written once a second in one statement, then shown to the consoles of those
/// who accepted. Never replayed: the next one is better than any lost one.
/// </summary>
internal sealed class PositionFeed(NpgsqlDataSource source, Connections connections, ILogger<PositionFeed> log) : BackgroundService
{
    private const int MostPerStatement = 5000;

    private static readonly string StoreSql = EmbeddedSql.Read("StorePositions.sql");

    private readonly ConcurrentDictionary<Guid, Fix> latest = new();

    internal sealed record Fix(double Longitude, double Latitude, float AccuracyMetres, DateTimeOffset TakenAt);

    internal sealed record Shown(Guid VolunteerId, Guid CalloutId, Guid IncidentId, double Longitude, double Latitude, DateTimeOffset TakenAt);

    public void Report(Guid volunteer, Fix fix) => latest.AddOrUpdate(volunteer, fix, (_, earlier) => earlier.TakenAt > fix.TakenAt ? earlier : fix);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loops.RunAsync("position feed", WriteAsync, log, stoppingToken);

    private async Task WriteAsync(CancellationToken cancellation)
    {
        await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        foreach (var batch in latest.ToArray().OrderBy(report => report.Key).Chunk(MostPerStatement))
        {
            var shown = await StoreAsync(batch, cancellation);
            foreach (var report in batch)
            {
                latest.TryRemove(report); // unless a newer one came meanwhile
            }

            foreach (var console in connections.Consoles)
            {
                var own = shown.Where(one => Caller.Covers(console.RegionPath, one.RegionPath)).Select(one => one.Position).ToList();
                if (own.Count > 0)
                {
                    console.SendPositions(own);
                }
            }
        }
    }

    private async Task<List<(string RegionPath, Shown Position)>> StoreAsync(KeyValuePair<Guid, Fix>[] batch, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(StoreSql);
        command.Parameters.Add(new() { Value = Array.ConvertAll(batch, report => report.Key) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(batch, report => report.Value.Longitude) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(batch, report => report.Value.Latitude) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(batch, report => report.Value.AccuracyMetres) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(batch, report => report.Value.TakenAt.UtcDateTime) });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var shown = new List<(string, Shown)>();
        while (await reader.ReadAsync(cancellation))
        {
            shown.Add((reader.GetString(0), new(
                reader.GetGuid(1), reader.GetGuid(2), reader.GetGuid(3), reader.GetDouble(4), reader.GetDouble(5), reader.GetDateTime(6))));
        }

        return shown;
    }
}
