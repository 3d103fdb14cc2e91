using System.Diagnostics;
using Npgsql;

namespace Dispatch.Server.Telemetry;

/// <summary>
/// The database's clock as this node knows it: facts carry the database's time, and two machines' clocks differ. It counts on from what the database
/// last said by a clock that nobody sets, so that a jump of the node's own does not matter, and is right to half the round trip in which it was learned.
/// The timetable goes by it (nodes compare the moments of their check-ins) and the age of a reported place is judged by it. No due time is: those the
/// database judges itself.
/// </summary>
internal sealed class DatabaseClock : TimeProvider
{
    /// <summary>So much an oscillator may be off, as a share of the time since.</summary>
    private const double Drift = 200e-6;

    private const int Questions = 5;

    private sealed record Known(long Timestamp, DateTimeOffset Told, TimeSpan Doubt);

    private Known? known;

    public DateTimeOffset Now => GetUtcNow();

    /// <summary>The node's own time until the database has said something.</summary>
    public override DateTimeOffset GetUtcNow() =>
        Volatile.Read(ref known) is { } last ? last.Told + Stopwatch.GetElapsedTime(last.Timestamp) : base.GetUtcNow();

    /// <summary>
    /// The database said <paramref name="told"/> between these two moments (<see cref="Stopwatch.GetTimestamp"/>). Kept when it is the surest word so far,
    /// or when it cannot be true together with that: then somebody set the database's clock.
    /// </summary>
    public void Learn(long asked, DateTimeOffset told, long answered)
    {
        var heard = new Known(asked + ((answered - asked) / 2), told, Stopwatch.GetElapsedTime(asked, answered) / 2);
        if (Volatile.Read(ref known) is { } last)
        {
            var since = Stopwatch.GetElapsedTime(last.Timestamp, heard.Timestamp);
            var doubt = last.Doubt + (since.Duration() * Drift);
            if (heard.Doubt >= doubt && (told - (last.Told + since)).Duration() <= heard.Doubt + doubt)
            {
                return;
            }
        }

        Volatile.Write(ref known, heard);
    }

    /// <summary>Before anything goes by it.</summary>
    public async Task AskAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand("SELECT clock_timestamp()", connection);
        for (var question = 0; question < Questions; question++)
        {
            var asked = Stopwatch.GetTimestamp();
            var told = (DateTime)(await command.ExecuteScalarAsync(cancellation))!;
            Learn(asked, told, Stopwatch.GetTimestamp());
        }
    }
}
