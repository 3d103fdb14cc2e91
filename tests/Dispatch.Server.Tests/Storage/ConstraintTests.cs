using Dispatch.Server.Tests.Support;
using Npgsql;

namespace Dispatch.Server.Tests.Storage;

/// <summary>The last line of defence: what the code must never write, the database does not take, and says by which rule.</summary>
public sealed class ConstraintTests : IAsyncLifetime
{
    private World world = null!;
    private Guid incident, callout, volunteer;

    /// <summary>An incident with one place of two taken, written as the server writes it.</summary>
    public async Task InitializeAsync()
    {
        world = new World(await Cluster.NewDatabaseAsync());
        await world.BuildAsync();
        volunteer = await world.VolunteerAsync(100);
        (incident, callout) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await world.SqlAsync($"""
            INSERT INTO incidents (id, request_hash, category, risk, address, location, region, region_path, region_zone, region_names, district, hazardous, life_critical, first_ring, answer_within, radius_metres, last_fact, raised_by, raised_at)
            SELECT '{incident}', 'x', 'flood', '水深', '河边', ST_SetSRID(ST_MakePoint(114.012, 22.525), 4326)::geography, '440304001001', '44.4403.440304.440304001.440304001001', 'Asia/Shanghai', '{"{}"}', '440304', true, true, 3, '2 minutes', 20000, 1, a.id, now()
            FROM accounts a WHERE a.username = 'futian';
            INSERT INTO needs (incident_id, ordinal, qualification_id, count, filled) SELECT '{incident}', 1, id, 2, 1 FROM qualifications WHERE key = 'rescue.water';
            INSERT INTO callouts (id, incident_id, need_ordinal, wave, volunteer_id, state, ring, rank, distance_metres, located_by, offered_at, due_at, changed_at)
            VALUES ('{callout}', '{incident}', 1, 1, '{volunteer}', 'accepted', 1, 1, 100, 'fix', now(), now(), now());
            INSERT INTO facts (incident_id, number, kind, at, by_kind, command_id, data) VALUES ('{incident}', 1, 'IncidentRaised', now(), 'system', '{incident}', '{"{}"}');
            """);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("needs_never_overfilled", "UPDATE needs SET filled = 3")]
    [InlineData("needs_never_overfilled", "UPDATE needs SET filled = -1")]
    [InlineData("needs_qualification_once", "INSERT INTO needs (incident_id, ordinal, qualification_id, count) SELECT incident_id, 2, qualification_id, 1 FROM needs")]
    [InlineData("callouts_one_active_per_volunteer", "INSERT INTO callouts (id, incident_id, need_ordinal, wave, volunteer_id, ring, rank, distance_metres, located_by, offered_at, due_at, changed_at) SELECT gen_random_uuid(), incident_id, 1, 2, volunteer_id, 1, 1, 1, 'fix', now(), now(), now() FROM callouts")]
    [InlineData("callouts_seen_after_delivered", "UPDATE callouts SET seen_at = now()")]
    [InlineData("callouts_state", "UPDATE callouts SET state = 'lost'")]
    [InlineData("facts_pkey", "INSERT INTO facts (incident_id, number, kind, at, by_kind, data) SELECT incident_id, number, kind, at, by_kind, data FROM facts")]
    [InlineData("facts_command_once", "INSERT INTO facts (incident_id, number, kind, at, by_kind, command_id, data) SELECT incident_id, 2, kind, at, by_kind, command_id, data FROM facts")]
    [InlineData("facts_by_kind", "INSERT INTO facts (incident_id, number, kind, at, by_kind, data) SELECT incident_id, 2, kind, at, 'nobody', data FROM facts")]
    [InlineData("facts_follow_each_other", "INSERT INTO facts (incident_id, number, kind, at, by_kind, data) SELECT incident_id, 3, kind, at, by_kind, data FROM facts")]
    [InlineData("facts_are_final", "UPDATE facts SET data = '{}'")]
    [InlineData("facts_are_final", "DELETE FROM facts")]
    [InlineData("facts_are_final", "TRUNCATE facts")]
    [InlineData("facts_are_final", "TRUNCATE incidents CASCADE")]
    [InlineData("facts_are_final", "SET session_replication_role = replica; DELETE FROM facts")]
    [InlineData("incidents_risk_is_stated", "UPDATE incidents SET risk = '  '")]
    [InlineData("incidents_grade", "UPDATE incidents SET grade = 'huge'")]
    [InlineData("incidents_warning", "UPDATE incidents SET warning = 'purple'")]
    [InlineData("incidents_response_level", "UPDATE incidents SET response_level = 'V'")]
    [InlineData("categories_life_critical_opens_the_whole_district", "UPDATE categories SET first_ring = 5 WHERE key = 'flood'")]
    [InlineData("consents_one_live_per_kind", "INSERT INTO consents (id, volunteer_id, kind, given_at) SELECT gen_random_uuid(), volunteer_id, kind, now() FROM consents")]
    [InlineData("consents_withdrawn_after_given", "UPDATE consents SET withdrawn_at = given_at - interval '1 second'")]
    [InlineData("insurances_run_forward", "UPDATE insurances SET valid_until = valid_from - 1")]
    [InlineData("certificates_run_forward", "UPDATE certificates SET valid_until = valid_from - 1")]
    [InlineData("volunteers_external_id_unique", "INSERT INTO volunteers (id, external_id, name, home_region, date_of_birth, fitness, assessment) SELECT gen_random_uuid(), external_id, name, home_region, date_of_birth, fitness, assessment FROM volunteers")]
    [InlineData("accounts_one_per_volunteer", "INSERT INTO accounts (id, role, name, volunteer_id) SELECT gen_random_uuid(), 'volunteer', name, id FROM volunteers")]
    [InlineData("accounts_operator_has_a_region", "UPDATE accounts SET region = NULL WHERE username = 'futian'")]
    [InlineData("regions_parent_is_in_path", "UPDATE regions SET parent_code = '440303' WHERE code = '440304001'")]
    [InlineData("regions_path_ends_in_code", "UPDATE regions SET path = '44.4403.440304.999' WHERE code = '440304001'")]
    [InlineData("weekly_hours_run_forward", "INSERT INTO weekly_hours (volunteer_id, weekday, from_time, to_time) SELECT id, 1, '10:00', '09:00' FROM volunteers")]
    public async Task What_breaks_a_rule_is_refused_by_the_name_of_the_rule(string rule, string sql)
    {
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => world.SqlAsync(sql));

        Assert.Equal(rule, refusal.ConstraintName);
    }

    [Fact]
    public async Task A_call_out_that_is_over_leaves_its_volunteer_free()
    {
        foreach (var state in new[] { "released", "turnedBack", "standby", "declined", "expired", "recalled" })
        {
            await world.SqlAsync($"UPDATE callouts SET state = '{state}'");
            await world.SqlAsync($"INSERT INTO callouts (id, incident_id, need_ordinal, wave, volunteer_id, ring, rank, distance_metres, located_by, offered_at, due_at, changed_at) SELECT gen_random_uuid(), incident_id, 1, 2, volunteer_id, 1, 1, 1, 'fix', now(), now(), now() FROM callouts WHERE id = '{callout}'");
            await world.SqlAsync($"DELETE FROM callouts WHERE id <> '{callout}'");
        }
    }

    [Fact]
    public async Task Who_is_named_in_a_record_cannot_be_deleted_from_the_roster()
    {
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => world.SqlAsync($"DELETE FROM volunteers WHERE id = '{volunteer}'"));

        Assert.Equal(PostgresErrorCodes.ForeignKeyViolation, refusal.SqlState);
    }
}
