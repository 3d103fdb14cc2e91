using Dispatch.Server.Storage;
using Dispatch.Server.Tests.Support;
using Npgsql;

namespace Dispatch.Server.Tests.Storage;

/// <summary>A database on which the promises would not hold is refused at the start, with every fault and what to do about it.</summary>
public sealed class RequiredSettingsTests
{
    private static readonly RequiredSettings.Seen Good = new(
        150_010, "UTF8", IsReplica: false,
        new Dictionary<string, string>
        {
            ["TimeZone"] = "UTC", ["synchronous_commit"] = "on", ["fsync"] = "on", ["full_page_writes"] = "on", ["wal_level"] = "replica", ["archive_mode"] = "off",
            ["archive_command"] = "(disabled)", ["archive_library"] = "", ["idle_in_transaction_session_timeout"] = "5000", ["lock_timeout"] = "2000",
            ["statement_timeout"] = "5000", ["max_connections"] = "100",
        },
        new Dictionary<string, string> { ["postgis"] = "3.3.2", ["btree_gist"] = "1.7", ["ltree"] = "1.2" },
        OtherNodes: 0);

    public static TheoryData<string, string, string> Broken => new()
    {
        { "synchronous_commit", "off", "synchronous_commit = off" },
        { "synchronous_commit", "local", "synchronous_commit = local" },
        { "fsync", "off", "fsync = off" },
        { "full_page_writes", "off", "full_page_writes = off" },
        { "TimeZone", "Asia/Shanghai", "timezone = Asia/Shanghai" },
        { "statement_timeout", "0", "statement_timeout = 0 ms in our sessions although we ask for 5000 ms" },
        { "lock_timeout", "0", "lock_timeout = 0 ms in our sessions although we ask for 2000 ms" },
        { "idle_in_transaction_session_timeout", "0", "idle_in_transaction_session_timeout = 0 ms" },
        { "max_connections", "59", "1 node(s) of up to 50 connections and 10 to spare need 60" },
        { "archive_mode", "on", "archive_command is empty" },
    };

    [Fact]
    public void A_fit_database_has_no_faults() => Assert.Empty(RequiredSettings.Faults(Good, allowVolatile: false, requireArchive: false));

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_wrong_setting_is_named_with_its_value_and_nothing_else_is(string name, string value, string says)
    {
        var settings = new Dictionary<string, string>(Good.Settings) { [name] = value };

        Assert.Contains(says, Assert.Single(RequiredSettings.Faults(Good with { Settings = settings }, allowVolatile: false, requireArchive: false)));
    }

    [Fact]
    public void An_archive_that_could_not_be_restored_from_is_named()
    {
        var settings = new Dictionary<string, string>(Good.Settings) { ["archive_mode"] = "on", ["archive_command"] = "cp %p /archive/%f", ["wal_level"] = "minimal" };

        Assert.Contains("wal_level = minimal", Assert.Single(RequiredSettings.Faults(Good with { Settings = settings }, false, requireArchive: true)));
    }

    [Fact]
    public void An_archive_that_was_asked_for_and_is_not_there_is_named() =>
        Assert.Contains("Database__RequireArchive", Assert.Single(RequiredSettings.Faults(Good, false, requireArchive: true)));

    [Fact]
    public void An_old_version_a_replica_and_an_encoding_are_named_all_at_once()
    {
        var faults = RequiredSettings.Faults(Good with { VersionNumber = 140_011, IsReplica = true, Encoding = "SQL_ASCII" }, false, false);

        Assert.Equal(3, faults.Count);
        Assert.Contains("PostgreSQL 14 is too old", faults[0]);
        Assert.Contains("It is a replica", faults[1]);
        Assert.Contains("encoding is SQL_ASCII", faults[2]);
    }

    [Fact]
    public void A_missing_and_an_old_extension_are_named()
    {
        var faults = RequiredSettings.Faults(Good with { Extensions = new Dictionary<string, string> { ["postgis"] = "3.1.0", ["ltree"] = "1.2" } }, false, false);

        Assert.Equal(2, faults.Count);
        Assert.Contains("postgis is 3.1.0: 3.3 or later", faults[0]);
        Assert.Contains("btree_gist is not installed", faults[1]);
    }

    [Fact]
    public void More_nodes_need_more_connections() =>
        Assert.Contains("2 node(s) of up to 50 connections and 10 to spare need 110", Assert.Single(RequiredSettings.Faults(Good with { OtherNodes = 1 }, false, false)));

    [Fact]
    public async Task A_server_without_synchronous_commit_is_refused_at_the_start()
    {
        var database = await Cluster.NewDatabaseAsync();
        await Cluster.ExecuteAsync(database, $"ALTER DATABASE {new NpgsqlConnectionStringBuilder(database).Database} SET synchronous_commit = off");

        await RefusesAsync(database, "synchronous_commit = off", "--Database:AllowVolatile=true");
    }

    /// <summary>The cluster of the tests keeps nothing, which only the tests may ask for.</summary>
    [Fact]
    public async Task A_server_that_would_not_survive_a_power_cut_is_refused_at_the_start()
    {
        var refusal = await RefusesAsync(await Cluster.NewDatabaseAsync(), "fsync = off");

        Assert.Contains(refusal.Faults, fault => fault.Contains("full_page_writes = off", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_database_of_another_encoding_is_refused_before_anything_is_written_to_it()
    {
        var database = await Cluster.NewDatabaseAsync();
        var name = new NpgsqlConnectionStringBuilder(database).Database + "_ascii";
        await Cluster.ExecuteAsync(database, $"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'");
        var ascii = new NpgsqlConnectionStringBuilder(database) { Database = name }.ConnectionString;

        await RefusesAsync(ascii, "encoding is SQL_ASCII", "--Database:AllowVolatile=true");

        await using var source = NpgsqlDataSource.Create(ascii);
        await using var tables = source.CreateCommand("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'");
        Assert.Equal(0L, await tables.ExecuteScalarAsync());
    }

    [Fact]
    public async Task One_node_too_many_for_the_connections_there_are_is_refused()
    {
        var database = await Cluster.NewDatabaseAsync(); // 400 connections
        await Cluster.ExecuteAsync(database, "INSERT INTO nodes (id, name, state, seen_at) SELECT gen_random_uuid(), 'other', 'ready', now() + interval '1 hour' FROM generate_series(1, 8)");

        await RefusesAsync(database, "max_connections = 400: 9 node(s)", "--Database:AllowVolatile=true");
    }

    [Fact]
    public async Task A_node_killed_a_moment_ago_does_not_keep_its_next_run_from_starting()
    {
        var database = await Cluster.NewDatabaseAsync(); // 400 connections
        await Cluster.ExecuteAsync(database, "INSERT INTO nodes (id, name, state) SELECT gen_random_uuid(), 'killed', 'ready' FROM generate_series(1, 8)");
        await using var source = Database.Connect(database);

        await RequiredSettings.RequireAsync(source, allowVolatile: true, requireArchive: false, CancellationToken.None);
    }

    [Fact]
    public async Task Our_sessions_have_the_settings_whatever_the_role_or_the_database_says()
    {
        var database = await Cluster.NewDatabaseAsync();
        await Cluster.ExecuteAsync(database, $"ALTER DATABASE {new NpgsqlConnectionStringBuilder(database).Database} SET statement_timeout = 0");
        await using var source = Database.Connect(database);

        await RequiredSettings.RequireAsync(source, allowVolatile: true, requireArchive: false, CancellationToken.None);
    }

    private static async Task<UnfitDatabaseException> RefusesAsync(string database, string says, params string[] settings)
    {
        var refusal = await Assert.ThrowsAsync<UnfitDatabaseException>(
            () => Node.CreateAsync([$"--ConnectionStrings:Postgres={database}", "--urls=http://127.0.0.1:0", .. settings]));
        Assert.Contains(says, refusal.Message);
        return refusal;
    }
}
