using Dispatch.Geo.Matching;
using Dispatch.Geo.PostGis;
using Npgsql;
using Xunit;

namespace Dispatch.Geo.Tests.PostGis;

/// <summary>Candidates are the roster as the gates see it: after any change, in any order, by anybody, in the same transaction.</summary>
[Collection(OnPostGis.Name)]
public sealed class CandidatesFollowTests(PostGisServer server)
{
    private static readonly Guid Chen = Guid.Parse("0193e000-0000-7000-8000-000000000001");

    [Theory]
    [InlineData("UPDATE volunteers SET fitness = 'unfit'", "fitness = 'unfit'")]
    [InlineData("UPDATE volunteers SET duty = 'off'", "duty = 'off'")]
    [InlineData("UPDATE volunteers SET home_region = '440305001001'", "region_path = '44.4403.440305.440305001.440305001001'")]
    [InlineData("UPDATE volunteers SET registered_location = ST_Point(114.2, 22.6, 4326)::geography", "ST_X(location::geometry) = 114.2 AND degrees(mod((search_point[0])::numeric, 67108864)::float8 / 6378137.0) BETWEEN 114.199 AND 114.201")]
    [InlineData("UPDATE consents SET withdrawn_at = now() WHERE kind = 'registeredAddress'", "location IS NULL AND located_by IS NULL AND NOT address_consent")]
    [InlineData("UPDATE insurances SET valid_until = '2030-01-01'", "insured = '{[2020-01-01,2030-01-02)}'")]
    [InlineData("DELETE FROM insurances", "insured = '{}'")]
    [InlineData("INSERT INTO weekly_hours SELECT id, 1, '08:00', '24:00' FROM volunteers", "hours = '{[28800,86400)}'")]
    [InlineData("INSERT INTO weekly_hours SELECT id, 0, '00:00', '06:00' FROM volunteers", "hours = '{[518400,540000)}'")]
    [InlineData("UPDATE certificates SET valid_until = NULL", "certified = '{[2020-01-01,)}'")]
    [InlineData("UPDATE regions SET parent_code = '440304002', path = '44.4403.440304.440304002.440304001001' WHERE code = '440304001001'", "region_path = '44.4403.440304.440304002.440304001001'")]
    public async Task Every_change_of_the_roster_is_in_the_candidates_at_once(string change, string expected)
    {
        await using var source = await OneAsync();
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await RunAsync(connection, change);
        Assert.Equal(2L, await ScalarAsync(connection, $"SELECT count(*) FROM candidates WHERE {expected}"));
        await transaction.RollbackAsync();
    }

    [Fact]
    public async Task The_column_and_the_matcher_put_a_place_at_the_same_point_of_the_same_plane()
    {
        await using var source = await OneAsync();
        await using var connection = await source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("SELECT qualification_id, ST_X(location::geometry), ST_Y(location::geometry), search_point FROM candidates", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = 0;
        while (await reader.ReadAsync())
        {
            var expected = SearchPlane.PointOf(reader.GetInt16(0), new Position(reader.GetDouble(1), reader.GetDouble(2)));
            var stored = reader.GetFieldValue<NpgsqlTypes.NpgsqlPoint>(3);
            Assert.Equal(expected.X, stored.X, 0.001);
            Assert.Equal(expected.Y, stored.Y, 0.001);
            rows++;
        }

        Assert.Equal(2, rows);
    }

    /// <summary>A year of instants, through summer time and back, against the same thing said by the calendar.</summary>
    [Theory]
    [InlineData("Asia/Shanghai")]
    [InlineData("Asia/Urumqi")]
    [InlineData("Europe/Berlin")]
    [InlineData("America/New_York")]
    public async Task Weekly_hours_are_counted_from_monday_midnight_at_the_place(string zone)
    {
        await using var source = await server.WithRegionsAsync();
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal("14206 0", await ScalarAsync(connection, $"""
            SELECT count(*) || ' ' || count(*) FILTER (WHERE second_of_week(at, '{zone}') <> extract(epoch FROM (at AT TIME ZONE '{zone}') - date_trunc('week', at AT TIME ZONE '{zone}'))::integer)
            FROM generate_series('2026-01-01'::timestamptz, '2027-01-01', '37 minutes') AS at
            """));
    }

    [Fact]
    public async Task Holding_the_child_is_holding_the_parent_and_losing_it_loses_both()
    {
        await using var source = await OneAsync();
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal(2L, await ScalarAsync(connection, "SELECT count(*) FROM candidates WHERE qualification_id IN (900, 902)"));
        await RunAsync(connection, "DELETE FROM certificates");
        Assert.Equal(0L, await ScalarAsync(connection, "SELECT count(*) FROM candidates"));
    }

    [Fact]
    public async Task A_certificate_that_begins_later_does_not_hide_the_one_that_runs()
    {
        await using var source = await OneAsync();
        await using var connection = await source.OpenConnectionAsync();
        await RunAsync(connection, """
            INSERT INTO certificates (id, volunteer_id, qualification_id, number, issuer, valid_from, valid_until)
            SELECT gen_random_uuid(), id, 902, 'next', 'i', '2150-01-01', '2160-01-01' FROM volunteers
            """);
        Assert.Equal(2L, await ScalarAsync(connection, "SELECT count(*) FROM candidates WHERE certified @> '2099-06-01'::date AND certified @> '2155-01-01'::date AND NOT certified @> '2120-01-01'::date"));
    }

    [Fact]
    public async Task Of_two_changes_of_one_volunteer_at_once_neither_is_lost()
    {
        await using var source = await OneAsync();
        for (var i = 0; i < 20; i++)
        {
            await source.RunAsync("UPDATE consents SET withdrawn_at = NULL; UPDATE volunteers SET fitness = 'fit'; DELETE FROM insurances");
            await Task.WhenAll(
                source.RunAsync("UPDATE consents SET withdrawn_at = now() WHERE kind = 'location'"),
                source.RunAsync("UPDATE volunteers SET fitness = 'limited'"),
                source.RunAsync("INSERT INTO insurances (id, volunteer_id, policy_number, insurer, valid_from, valid_until) SELECT gen_random_uuid(), id, 'p', 'i', '2020-01-01', '2099-01-01' FROM volunteers"));
            await using var connection = await source.OpenConnectionAsync();
            Assert.Equal(2L, await ScalarAsync(connection, "SELECT count(*) FROM candidates WHERE NOT location_consent AND fitness = 'limited' AND insured @> '2050-01-01'::date"));
        }
    }

    [Fact]
    public async Task A_large_writer_may_refresh_once_at_its_end()
    {
        await using var source = await OneAsync();
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await RunAsync(connection, "SET LOCAL dispatch.refresh_candidates = 'byCaller'; UPDATE volunteers SET fitness = 'unfit'");
        Assert.Equal(0L, await ScalarAsync(connection, "SELECT count(*) FROM candidates WHERE fitness = 'unfit'"));
        await RunAsync(connection, "SELECT refresh_candidates(array_agg(id), now() - interval '15 minutes') FROM volunteers");
        Assert.Equal(2L, await ScalarAsync(connection, "SELECT count(*) FROM candidates WHERE fitness = 'unfit'"));
    }

    [Fact]
    public async Task The_database_and_the_gates_agree_how_long_a_fix_is_fresh()
    {
        await using var source = await OneAsync();
        await using var connection = await source.OpenConnectionAsync();
        await RunAsync(connection, $"""
            INSERT INTO positions (volunteer_id, location, accuracy_metres, taken_at)
            SELECT id, ST_Point(114.3, 22.5, 4326)::geography, 5, now() - interval '{Gates.FixFreshFor.TotalSeconds - 30} seconds' FROM volunteers;
            UPDATE volunteers SET updated_at = now();
            """);
        Assert.Equal(2L, await ScalarAsync(connection, "SELECT count(*) FROM candidates WHERE located_by = 'fix' AND uncertainty_metres = 5"));
        await RunAsync(connection, $"UPDATE positions SET taken_at = now() - interval '{Gates.FixFreshFor.TotalSeconds + 1} seconds'; UPDATE volunteers SET updated_at = now()");
        Assert.Equal(2L, await ScalarAsync(connection, "SELECT count(*) FROM candidates WHERE located_by = 'address' AND uncertainty_metres = 300"));
    }

    private async Task<NpgsqlDataSource> OneAsync()
    {
        var source = await server.WithRegionsAsync();
        await source.AddAsync([new Person
        {
            Id = Chen, Address = new Position(114.05, 22.54),
            Certificates = [(902, new DateOnly(2020, 1, 1), new DateOnly(2100, 1, 1))],
            Insurances = [(new DateOnly(2020, 1, 1), new DateOnly(2100, 1, 1))],
        }]);
        return source;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
