using Dispatch.Server.Tests.Support;
using Npgsql;

namespace Dispatch.Server.Tests.MutualAid;

/// <summary>The rule in the database, asked with plain SQL: nobody is called out across the boundary without a live ground, whatever the code does.</summary>
public sealed class BoundaryTests : AidWorld
{
    private Guid incident, lent, own;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        incident = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await FutianDesk.FactsAsync(incident, until: "NeedExhausted");
        await FutianDesk.OrderAsync($"/api/incidents/{incident}/recall", "静"); // nobody else touches it now
        lent = await LenderAsync(400);
        own = await World.VolunteerAsync(500);
    }

    [Fact]
    public async Task Without_a_release_a_call_out_across_the_boundary_is_refused_by_the_name_of_the_rule()
    {
        await RefusedAsync("callouts_within_ring_or_released", Offer(lent));
        await RefusedAsync("callouts_within_ring_or_released", Offer(lent).Replace($"'{lent}'::uuid", $"unnest(ARRAY['{own}', '{lent}']::uuid[])", StringComparison.Ordinal)); // among others too
        await World.SqlAsync(Offer(own));
        await RefusedAsync("callouts_keep_their_volunteer", $"UPDATE callouts SET volunteer_id = '{lent}' WHERE volunteer_id = '{own}'");
    }

    [Fact]
    public async Task A_live_release_lets_it_in_and_one_that_has_run_out_or_ended_does_not()
    {
        await World.SqlAsync(Override("1 hour"));
        await World.SqlAsync(Offer(lent));
        await World.SqlAsync("DELETE FROM callouts");
        await World.SqlAsync("UPDATE releases SET ended_at = now()");
        await RefusedAsync("callouts_within_ring_or_released", Offer(lent));
        await World.SqlAsync("UPDATE releases SET ended_at = NULL, given_at = now() - interval '2 hours', valid_until = now() - interval '1 millisecond'");
        await RefusedAsync("callouts_within_ring_or_released", Offer(lent));
        await World.SqlAsync("UPDATE releases SET valid_until = now() + interval '1 hour'; UPDATE released_people SET returned_at = now()");
        await RefusedAsync("callouts_within_ring_or_released", Offer(lent));
    }

    [Fact]
    public async Task A_release_is_good_for_its_own_people_and_its_own_incident()
    {
        var other = await LenderAsync(600);
        var elsewhere = await FutianDesk.RaiseAsync(ApiClient.Flood(count: 1, qualification: "legal.lawyer", category: "legalAid"));
        await World.SqlAsync(Override("1 hour"));
        await RefusedAsync("callouts_within_ring_or_released", Offer(other));
        await RefusedAsync("callouts_within_ring_or_released", Offer(lent, elsewhere));
    }

    [Fact]
    public async Task Who_has_withdrawn_his_consent_to_be_lent_is_refused_though_he_is_released()
    {
        await World.SqlAsync(Override("1 hour"));
        await World.SqlAsync($"UPDATE consents SET withdrawn_at = now() WHERE volunteer_id = '{lent}' AND kind = 'crossRegion'");
        await RefusedAsync("callouts_lent_with_consent", Offer(lent));
    }

    [Fact]
    public async Task Between_plan_and_release_time_passes_and_the_clock_decides()
    {
        // The statement begins while the release holds, and reaches the rule when it no longer does.
        await World.SqlAsync(Override("300 milliseconds"));
        await RefusedAsync("callouts_within_ring_or_released", $"BEGIN; SELECT now(); SELECT pg_sleep(0.5); {Offer(lent)} COMMIT;");
    }

    [Fact]
    public async Task A_standby_is_called_up_only_while_his_home_lends_him()
    {
        await World.SqlAsync(Override("1 hour"));
        await World.SqlAsync(Offer(lent));
        await World.SqlAsync("UPDATE callouts SET state = 'standby'; UPDATE releases SET ended_at = now()");
        await RefusedAsync("callouts_within_ring_or_released", "UPDATE callouts SET state = 'accepted'");
        await World.SqlAsync("UPDATE releases SET ended_at = NULL");
        await World.SqlAsync("UPDATE callouts SET state = 'accepted'");
    }

    [Theory]
    [InlineData("'agreement', agreement_id", "INSERT INTO agreements (id, lender, borrower, both_ways, valid_from, valid_until, proposed_by) SELECT '{0}', '440303', '440304', false, now() - interval '2 days', now() - interval '1 day', id FROM accounts WHERE username = 'shenzhen'")]
    [InlineData("'agreement', agreement_id", "INSERT INTO agreements (id, lender, borrower, both_ways, valid_from, valid_until, proposed_by, proposed_for) SELECT '{0}', '440303', '440304', false, now(), now() + interval '1 day', id, '440303' FROM accounts WHERE username = 'shenzhen'")]
    [InlineData("'agreement', agreement_id", "INSERT INTO agreements (id, lender, borrower, both_ways, valid_from, valid_until, proposed_by) SELECT '{0}', '440304', '440303', false, now(), now() + interval '1 day', id FROM accounts WHERE username = 'shenzhen'")]
    [InlineData("'agreement', agreement_id", "INSERT INTO agreements (id, lender, borrower, both_ways, category, valid_from, valid_until, proposed_by) SELECT '{0}', '440303', '440304', false, 'fire', now(), now() + interval '1 day', id FROM accounts WHERE username = 'shenzhen'")]
    [InlineData("'unifiedCommand', unified_command_id", "INSERT INTO unified_commands (id, region, by_id, since, until, ended_at) SELECT '{0}', '4403', id, now() - interval '1 hour', now() + interval '1 day', now() FROM accounts WHERE username = 'shenzhen'")]
    [InlineData("'unifiedCommand', unified_command_id", "INSERT INTO unified_commands (id, region, by_id, since, until) SELECT '{0}', '440304', id, now(), now() + interval '1 day' FROM accounts WHERE username = 'shenzhen'")]
    [InlineData("'approval', request_id", "INSERT INTO aid_requests (id, incident_id, region, through, state, stage, stage_within, asked_at, lend_for, reason) SELECT '{0}', id, '440303', '4403', 'refused', 'desk', '3 minutes', now(), '1 hour', 'x' FROM incidents")]
    public async Task A_release_stands_on_a_ground_that_holds(string ground, string before)
    {
        var id = Guid.NewGuid();
        await World.SqlAsync(string.Format(null, before, id));
        var (kind, column) = (ground.Split(", ")[0], ground.Split(", ")[1]);

        await RefusedAsync("releases_stand_on_a_live_ground",
            $"INSERT INTO releases (id, incident_id, region, ground, {column}, given_at, valid_until) VALUES (gen_random_uuid(), '{incident}', '440303', {kind}, '{id}', now(), now() + interval '1 hour')");
    }

    private async Task RefusedAsync(string rule, string sql)
    {
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => World.SqlAsync(sql));
        Assert.Equal(rule, refusal.ConstraintName);
    }

    private string Offer(Guid volunteer, Guid? of = null) => $"""
        INSERT INTO callouts (id, incident_id, need_ordinal, wave, volunteer_id, ring, rank, distance_metres, located_by, offered_at, due_at, changed_at)
        SELECT gen_random_uuid(), '{of ?? incident}'::uuid, 1, 1, '{volunteer}'::uuid, 10, 1, 1, 'fix', now(), now() + interval '1 hour', now();
        """;

    private string Override(string until) => $"""
        WITH r AS (INSERT INTO releases (id, incident_id, region, ground, given_at, valid_until, by_id, reason)
                   SELECT gen_random_uuid(), '{incident}', '440303', 'override', clock_timestamp(), clock_timestamp() + interval '{until}', id, '自荐' FROM accounts WHERE username = 'futian' RETURNING id)
        INSERT INTO released_people (release_id, volunteer_id) SELECT id, '{lent}' FROM r;
        """;
}
