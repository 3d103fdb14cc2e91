using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;
using Dispatch.Server.Storage;
using Dispatch.Server.Storage.Backups;
using Dispatch.Server.Tests.Support;
using Npgsql;
using NpgsqlTypes;

namespace Dispatch.Server.Tests.Storage;

/// <summary>
/// The database is backed up under load, dies with SIGKILL some time later, and is restored elsewhere: every acknowledged command up to the archived
/// log is there, and clients that know more than that notice the epoch and go on without gap or double.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class RestoredServerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("dispatch-test-").FullName;
    private readonly ConcurrentQueue<Acknowledged> acknowledged = [];

    private sealed record Acknowledged(Guid Incident, Guid? Accepted, NpgsqlLogSequenceNumber Flushed);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_was_acknowledged_and_archived_is_there_and_clients_that_are_ahead_resync()
    {
        var (data, backup, elsewhere) = (Path.Combine(folder, "data"), Path.Combine(folder, "backup"), Path.Combine(folder, "restored"));
        await using var postgres = await LocalPostgres.StartAsync(new() { DataFolder = data }, null, default);
        var world = new World(postgres.ConnectionString);
        await using var node = await TestNode.StartAsync(world);
        await world.BuildAsync();
        await world.VolunteersAsync(8);
        using var operatorOf = await node.SignInAsync("futian");
        var volunteers = new List<ApiClient>();
        for (var number = 1; number <= 8; number++)
        {
            volunteers.Add(await node.SignInAsync($"v{number:0000}"));
        }

        await using var phone = await LivePhone.ConnectAsync(node, volunteers[0].Token);
        await using var console = await LiveConsole.WatchAsync(node, operatorOf.Token, null);
        var before = await EpochAsync(postgres.ConnectionString);
        using var enough = new CancellationTokenSource();
        var load = LoadAsync(operatorOf, volunteers, postgres.ConnectionString, enough.Token);

        // Backed up while commands come in, and on for a while.
        await MoreAsync(5);
        await TakeBackup.RunAsync(data, backup, new BackupTests.Quiet(), default);
        await MoreAsync(15);

        // From here on nothing is archived; what is acknowledged now is what a disaster of this kind costs.
        var archivedTo = await CutArchiveAsync(data, postgres.ConnectionString);
        await MoreAsync(5);
        await enough.CancelAsync();
        await load;
        await phone.WhenAsync("offered");
        using (var postmaster = Process.GetProcessById(postgres.PostmasterId!.Value))
        {
            postmaster.Kill();
        }

        var address = node.Address;
        var known = console.Cursors.ToDictionary(cursor => cursor.Key, cursor => cursor.Value);
        var phoneKnew = phone.Cursor;
        await node.DisposeAsync();
        await postgres.DisposeAsync();

        var report = await RestoreBackup.RunAsync(backup, elsewhere, to: null, new BackupTests.Quiet(), default);
        await using var restored = await LocalPostgres.StartAsync(new() { DataFolder = elsewhere }, null, default);
        await using var again = await TestNode.StartAsync(new World(restored.ConnectionString), $"--urls={address}");

        // Recovery point: everything acknowledged before the log that the archive holds, without exception.
        Assert.True(NpgsqlLogSequenceNumber.Parse(report.EndOfLog) >= archivedTo, $"{report.EndOfLog} is before {archivedTo}");
        var (kept, beyond) = (acknowledged.Where(each => each.Flushed <= archivedTo).ToList(), acknowledged.Where(each => each.Flushed > archivedTo).ToList());
        Assert.True(kept.Count >= 15 && beyond.Count >= 3, $"{kept.Count} acknowledged and archived, {beyond.Count} acknowledged beyond");
        using var after = await SignInAsync(again, "futian");
        foreach (var one in kept)
        {
            var incident = await after.IncidentAsync(one.Incident);
            Assert.True(one.Accepted is null || incident["callouts"]!.AsArray().Any(callout => (Guid)callout!["id"]! == one.Accepted && callout["answeredAt"] is not null),
                $"the acknowledged answer {one.Accepted} is missing");
        }

        // The epoch is new: a console that knew more throws its picture away, and hears a record without gaps from then on.
        Assert.NotEqual(before, await EpochAsync(restored.ConnectionString));
        Assert.Equal(report.Epoch, await EpochAsync(restored.ConnectionString));
        await using var stale = await LiveConsole.WatchAsync(again, operatorOf.Token, known); // its sign-in is still good: the keys were in the backup
        await using var fresh = await LiveConsole.WatchAsync(again, operatorOf.Token, null);
        Assert.Equal(report.Epoch, (await fresh.OrderAsync("WatchBoard", (object?)null)).GetProperty("epoch").GetGuid());
        await using var phoneAgain = await LivePhone.ConnectAsync(again, volunteers[0].Token, phoneKnew);
        var incidents = (await after.GetAsync("/api/incidents?state=open")).Body!["incidents"]!.AsArray().Select(incident => (Guid)incident!["id"]!).ToList();
        foreach (var id in incidents)
        {
            await after.OrderAsync($"/api/incidents/{id}/close");
            await History.HoldsAsync(after, id);
        }

        var next = await after.RaiseAsync(ApiClient.Flood(count: 8));
        await fresh.HearsAsync(next, "CalloutOffered", 8);
        Assert.Equal(Enumerable.Range(1, fresh.NumbersOf(next).Count()).Select(number => (long)number), fresh.NumbersOf(next));
        await Eventually.True(
            () => phoneAgain.Heard.Any(item => item.GetProperty("callout").GetProperty("incident").GetProperty("id").GetGuid() == next), "the new offer on the phone that was ahead");
        Assert.Equal(phoneAgain.Numbers.Distinct(), phoneAgain.Numbers);
        volunteers.ForEach(volunteer => volunteer.Dispose());
    }

    /// <summary>Incidents are raised, and whoever is asked says yes, one after another; each acknowledgement is noted with how far the log had been flushed when it had come.</summary>
    private async Task LoadAsync(ApiClient operatorOf, List<ApiClient> volunteers, string connectionString, CancellationToken enough)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        while (!enough.IsCancellationRequested)
        {
            var id = Guid.CreateVersion7();
            var (status, _) = await operatorOf.PutAsync($"/api/incidents/{id}", ApiClient.Flood());
            Assert.Equal(201, status);
            acknowledged.Enqueue(new(id, null, await FlushedAsync()));
            var offered = await operatorOf.WhenAsync(id, "offered", 1);
            foreach (var volunteer in volunteers)
            {
                var mine = (await volunteer.GetAsync("/api/callouts/mine")).Body!["callouts"]!.AsArray().FirstOrDefault(card => (Guid)card!["incident"]!["id"]! == id && (string?)card["state"] == "offered");
                if (mine is not null && (await volunteer.AnswerAsync((Guid)mine["id"]!, "accept")).Status == 200)
                {
                    acknowledged.Enqueue(new(id, (Guid)mine["id"]!, await FlushedAsync()));
                    break;
                }
            }

            await operatorOf.OrderAsync($"/api/incidents/{id}/close");
        }

        async Task<NpgsqlLogSequenceNumber> FlushedAsync()
        {
            await using var command = source.CreateCommand("SELECT pg_current_wal_flush_lsn()");
            return (NpgsqlLogSequenceNumber)(await command.ExecuteScalarAsync(CancellationToken.None))!;
        }
    }

    private Task MoreAsync(int howMany)
    {
        var wanted = acknowledged.Count + howMany;
        return Eventually.True(() => acknowledged.Count >= wanted, $"{howMany} more acknowledgements");
    }

    /// <returns>Up to where the archive certainly holds the log.</returns>
    private static async Task<NpgsqlLogSequenceNumber> CutArchiveAsync(string data, string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var written = source.CreateCommand("SELECT pg_switch_wal()");
        var to = (NpgsqlLogSequenceNumber)(await written.ExecuteScalarAsync())!;
        await Eventually.True(
            async () =>
            {
                await using var archived = source.CreateCommand($"SELECT coalesce(max(flush_lsn) >= '{to}', false) FROM pg_stat_replication");
                return (bool)(await archived.ExecuteScalarAsync())!;
            },
            "the log to be archived");
        File.Delete(WalArchive.TargetFile(data));
        await using var cut = source.CreateCommand($"SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '{WalArchive.Slot}'");
        await cut.ExecuteNonQueryAsync();
        return to;
    }

    private static async Task<ApiClient> SignInAsync(TestNode node, string username) => await node.SignInAsync(username);

    private static async Task<Guid> EpochAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("SELECT epoch FROM deployment");
        return (Guid)(await command.ExecuteScalarAsync())!;
    }
}
