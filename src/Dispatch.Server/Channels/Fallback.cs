using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Dispatch.Server.Channels;

/// <summary>
/// Once a second: which open call-outs have not reached a phone in time, and by which channels they go out now. Each look is one transaction that
/// writes the outbox and when to look again; the unique key of call-out and channel sends each once, whichever node looks.
/// It takes no incident's lock, and call-outs only where nobody holds them: raising and answering never wait for a gateway.
/// </summary>
internal sealed class Fallback(NpgsqlDataSource source, ChannelSettings settings, Outbox outbox, ILogger<Fallback> log) : BackgroundService
{
    private const int Most = 500;

    private static readonly string DueSql = EmbeddedSql.Read("DueForChannels.sql"), LettersSql = EmbeddedSql.Read("DueLetters.sql");

    /// <summary>What is known of a call-out at the instant of the look.</summary>
    internal readonly record struct Look(DateTimeOffset Now, DateTimeOffset OfferedAt, DateTimeOffset DueAt, bool Delivered, bool Subscribed, TimeSpan? FallbackAfter, bool Drill = false);

    /// <summary>The channels it goes out by now, and when to look again; null: never, because it was delivered or everything has been tried.</summary>
    public static (IReadOnlyList<ChannelKind> Now, DateTimeOffset? Again) Decide(Look look, ChannelSettings settings)
    {
        if (look.Delivered || look.DueAt <= look.Now)
        {
            return ([], null);
        }

        var plan = (look.Drill ? settings.DrillGateways.Keys : settings.Gateways.Keys).Select(kind => (Kind: kind, At: look.OfferedAt + (look.FallbackAfter ?? settings.FallbackAfter)))
            .Concat(look.Subscribed ? [(ChannelKind.Push, look.OfferedAt + settings.PushAfter)] : []).ToList();
        var later = plan.Where(one => one.At > look.Now).ToList();
        return ([.. plan.Where(one => one.At <= look.Now).Select(one => one.Kind).Order()], later.Count == 0 ? null : later.Min(one => one.At));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loops.RunAsync("fallback", LookAsync, log, stoppingToken);

    private async Task LookAsync(CancellationToken cancellation)
    {
        await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        while (await LookOnceAsync(cancellation) == Most)
        {
        }

        if (settings.Gateways.Count > 0)
        {
            await LookForLettersAsync(cancellation);
        }
    }

    /// <summary>A standby who is called up and somebody who is not needed any more: by SMS and voice, when the phone was not told in time.</summary>
    private async Task LookForLettersAsync(CancellationToken cancellation)
    {
        var going = new List<Outbox.Draft>();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using (var due = new NpgsqlCommand(LettersSql, connection))
        {
            due.Parameters.Add(new() { Value = settings.FallbackAfter });
            due.Parameters.Add(new() { Value = Most });
            await using var reader = await due.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var letter = Enum.Parse<LetterKind>(reader.GetString(2), ignoreCase: true);
                going.AddRange(settings.Gateways.Keys.Select(kind => Outbox.Draft.OfCallout(reader.GetGuid(0), reader.GetGuid(1), kind, letter)));
            }
        }

        await Outbox.AppendAsync(connection, going, cancellation);
        outbox.Wake(going.Select(draft => draft.Channel));
    }

    private async Task<int> LookOnceAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var looked = new List<(Guid Callout, DateTime? Again)>();
        var going = new List<Outbox.Draft>();
        await using (var due = new NpgsqlCommand(DueSql, connection))
        {
            due.Parameters.Add(new() { Value = Most });
            await using var reader = await due.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var (now, again) = Decide(
                    new(reader.GetDateTime(7), reader.GetDateTime(2), reader.GetDateTime(3), reader.GetBoolean(4), reader.GetBoolean(6), reader.IsDBNull(5) ? null : reader.GetTimeSpan(5), reader.GetBoolean(8)), settings);
                looked.Add((reader.GetGuid(0), again?.UtcDateTime));
                going.AddRange(now.Select(kind => Outbox.Draft.OfCallout(reader.GetGuid(0), reader.GetGuid(1), kind)));
            }
        }

        if (looked.Count == 0)
        {
            return 0;
        }

        await Outbox.AppendAsync(connection, going, cancellation);
        await using (var write = new NpgsqlCommand(
            "UPDATE callouts c SET channels_look_at = n.again FROM unnest($1::uuid[], $2::timestamptz[]) AS n (id, again) WHERE c.id = n.id", connection))
        {
            write.Parameters.Add(new() { Value = looked.ConvertAll(one => one.Callout).ToArray() });
            write.Parameters.Add(new() { Value = looked.ConvertAll(one => one.Again).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
            await write.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        outbox.Wake(going.Select(draft => draft.Channel));
        return looked.Count;
    }
}
