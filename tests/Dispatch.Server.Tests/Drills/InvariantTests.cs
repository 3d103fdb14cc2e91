using System.Text.Json;
using Dispatch.Drills.Histories;
using Dispatch.Drills.Invariants;
using Xunit;

namespace Dispatch.Server.Tests.Drills;

/// <summary>A checker that never complains proves nothing: each invariant is broken here once, and must be the one that complains.</summary>
public sealed class InvariantTests
{
    private readonly Tale tale = new();

    [Fact]
    public void A_clean_run_violates_nothing()
    {
        Assert.Empty(Invariant.Judge(tale.Clean().Evidence()));
    }

    [Fact]
    public void I1_an_acknowledged_yes_that_the_record_does_not_hold()
    {
        tale.Clean().Attempt(Order.Accept, Guid.NewGuid(), Ending.Ok);
        Violated("I1", "Accept");
    }

    [Fact]
    public void I1_an_acknowledged_raise_that_is_not_there()
    {
        tale.Clean().Attempt(Order.Raise, Guid.NewGuid(), Ending.Ok);
        Violated("I1", "Raise");
    }

    [Fact]
    public void I1_an_unknown_outcome_may_be_missing()
    {
        tale.Clean().Attempt(Order.Accept, Guid.NewGuid(), Ending.Unknown);
        Assert.Empty(Invariant.Judge(tale.Evidence()));
    }

    [Fact]
    public void I2_taken_by_another_incident_while_still_held()
    {
        tale.Clean();
        var (other, callout) = (tale.Incident(), Guid.NewGuid());
        tale.Offer(other, callout, tale.Anna, second: 3); // her first call-out ends in second 5
        tale.Fact(other, "CalloutExpired", callout, second: 12);
        Violated("I2", tale.Anna.ToString());
    }

    [Fact]
    public void I2_taken_by_another_incident_exactly_at_a_decline_is_judged_by_the_commits()
    {
        // Both transactions looked at the clock in second 5; the decline was committed first, or the offer was. Only the commits tell.
        tale.Clean();
        var (other, callout) = (tale.Incident(), Guid.NewGuid());
        tale.Offer(other, callout, tale.Ben, second: 5, committedAt: 5.001);
        tale.Fact(other, "CalloutExpired", callout, second: 12);
        Assert.Empty(Invariant.Judge(tale.Evidence()));

        tale.Commit(other, "CalloutOffered", callout, at: 4.999);
        Violated("I2", tale.Ben.ToString());
    }

    [Fact]
    public void I3_accepted_after_it_had_expired()
    {
        tale.Clean();
        var (other, callout) = (tale.Incident(), Guid.NewGuid());
        tale.Offer(other, callout, Guid.NewGuid(), second: 1);
        tale.Fact(other, "CalloutExpired", callout, second: 11);
        tale.Fact(other, "CalloutAccepted", callout, second: 12, by: "volunteer");
        Violated("I3", "expired and became accepted");
    }

    [Fact]
    public void I3_accepted_by_somebody_else()
    {
        tale.Clean();
        var (other, callout) = (tale.Incident(), Guid.NewGuid());
        tale.Offer(other, callout, Guid.NewGuid(), second: 1);
        tale.Fact(other, "CalloutAccepted", callout, second: 2, by: "operator");
        Violated("I3", "the word of operator");
    }

    [Fact]
    public void I4_a_hole_in_the_record()
    {
        tale.Clean().LoseFact(3);
        Violated("I4", "should hold facts 1..");
    }

    [Fact]
    public void I4_a_phone_that_missed_its_last_item()
    {
        tale.Clean().Phones[tale.Anna].BeginAt(0);
        Violated("I4", tale.Anna.ToString());
    }

    [Fact]
    public void I4_a_console_that_did_not_hear_the_end()
    {
        tale.Clean().FutianConsole.Heads[tale.First]--;
        Violated("I4", "console futian ended at fact");
    }

    [Fact]
    public void I4_a_gap_on_an_unbroken_line()
    {
        tale.Clean().FutianConsole.Broke("fact 7 came where 6 was next");
        Violated("I4", "fact 7 came");
    }

    [Fact]
    public void I5_a_console_of_the_neighbouring_district_received_bytes()
    {
        tale.Clean().Sockets[1].Read(System.Text.Encoding.UTF8.GetBytes($$"""{"type":1,"target":"Fact","arguments":[{"incidentId":"{{tale.First}}","number":1}]}"""));
        Violated("I5", "console luohu received");
    }

    [Fact]
    public void I5_a_phone_received_the_call_out_of_somebody_else_torn_into_single_bytes()
    {
        tale.Clean();
        foreach (var letter in System.Text.Encoding.UTF8.GetBytes($"\"id\":\"{tale.BensCallout}\""))
        {
            tale.Sockets[2].Read([letter]);
        }

        Violated("I5", $"call-out {tale.BensCallout}");
    }

    [Fact]
    public void I6_an_offer_that_nobody_closed()
    {
        tale.Clean();
        var (other, callout) = (tale.Incident(), Guid.NewGuid());
        tale.Offer(other, callout, Guid.NewGuid(), second: 1); // due in second 11, looked at in second 60
        Violated("I6", "still offered");
    }

    [Fact]
    public void I6_an_outage_gives_five_seconds_from_its_end_and_not_more()
    {
        tale.Clean();
        var (other, callout) = (tale.Incident(), Guid.NewGuid());
        tale.Offer(other, callout, Guid.NewGuid(), second: 1); // due in second 11
        tale.Fact(other, "CalloutExpired", callout, second: 29);
        tale.Outage(14, 25);
        Assert.Empty(Invariant.Judge(tale.Evidence()));

        tale.Outages.Clear();
        tale.Outage(14, 23);
        Violated("I6", "had to be settled by");
    }

    [Fact]
    public void I6_on_a_machine_that_gives_half_its_time_five_seconds_last_ten_and_not_more()
    {
        tale.Clean();
        var (other, callout) = (tale.Incident(), Guid.NewGuid());
        tale.Offer(other, callout, Guid.NewGuid(), second: 1); // due in second 11
        tale.Fact(other, "CalloutExpired", callout, second: 20.5);
        Violated("I6", "had to be settled by");

        tale.Slow(until: 40, factor: 2);
        Assert.Empty(Invariant.Judge(tale.Evidence()));

        var late = Guid.NewGuid();
        tale.Offer(other, late, Guid.NewGuid(), second: 2); // due in second 12
        tale.Fact(other, "CalloutExpired", late, second: 23);
        Violated("I6", late.ToString());
    }

    [Fact]
    public void I7_more_people_than_places()
    {
        tale.Clean();
        var other = tale.Incident(needed: 1);
        foreach (var callout in new[] { Guid.NewGuid(), Guid.NewGuid() })
        {
            tale.Offer(other, callout, Guid.NewGuid(), second: 1);
            tale.Fact(other, "CalloutAccepted", callout, second: 2, by: "volunteer");
        }

        Violated("I7", "2 people have a place and 1 are needed");
    }

    [Fact]
    public void I8_a_row_that_changed_without_a_fact()
    {
        tale.Clean().Change(tale.AnnasCallout, row => row with { State = "turnedBack" });
        Violated("I8", "says released");
    }

    [Fact]
    public void I8_a_row_that_changed_later_than_its_last_fact()
    {
        tale.Clean().Change(tale.AnnasCallout, row => row with { ChangedAt = row.ChangedAt.AddSeconds(1) });
        Violated("I8", "a transition without a fact");
    }

    [Fact]
    public void I8_a_fact_that_was_changed_after_it_was_written()
    {
        tale.Clean().Tamper("CalloutDeclined", fact => fact with { Data = JsonSerializer.SerializeToElement(new { reason = "another" }) });
        Violated("I8", "(CalloutDeclined of 00:00:05.000) or the one before it was changed");
    }

    [Fact]
    public void I9_a_refused_answer_that_the_record_holds()
    {
        tale.Clean().Attempts.RemoveAll(attempt => attempt.Subject == tale.BensCallout);
        tale.Attempt(Order.Decline, tale.BensCallout, Ending.Refused);
        Violated("I9", "was refused Decline");
    }

    [Fact]
    public void I9_an_answer_that_no_phone_gave()
    {
        tale.Clean().Attempts.RemoveAll(attempt => attempt.Subject == tale.BensCallout);
        Violated("I9", "his phone never did");
    }

    [Fact]
    public void I9_an_order_carried_out_twice()
    {
        var command = Guid.NewGuid();
        tale.Clean().Fact(tale.First, "CallingPaused", null, second: 8, command: command);
        tale.Fact(tale.First, "CallingPaused", null, second: 9, command: command);
        Violated("I9", "2 times in the record");
    }

    [Fact]
    public void I9_a_repeat_that_is_refused_after_the_first_was_acknowledged()
    {
        tale.Clean().Attempt(Order.Accept, tale.AnnasCallout, Ending.Refused, second: 9);
        Violated("I9", "refused the repeat");
    }

    [Fact]
    public void I10_somebody_of_another_district_was_asked()
    {
        tale.Clean();
        var (other, callout, stranger) = (tale.Incident(), Guid.NewGuid(), Guid.NewGuid());
        tale.Homes[stranger] = "44.4403.440303.440303001";
        tale.Offer(other, callout, stranger, second: 1);
        tale.Fact(other, "CalloutDeclined", callout, second: 2, by: "volunteer");
        Violated("I10", "at home in 44.4403.440303.440303001");
    }

    [Fact]
    public void I10_a_ring_that_was_not_open()
    {
        tale.Clean().Change(tale.AnnasCallout, row => row with { Ring = 3 });
        Violated("I10", "ring 3, which was not open");
    }

    [Theory]
    [InlineData(0.5, 30, true)]
    [InlineData(2, 30, false)] // released after he was asked
    [InlineData(0, 0.5, false)] // it had run out
    public void I10_somebody_lent_was_asked_while_a_release_held_or_not(double from, double until, bool held)
    {
        tale.Clean();
        var (other, callout, stranger) = (tale.Incident(), Guid.NewGuid(), Guid.NewGuid());
        tale.Homes[stranger] = "44.4403.440303.440303001";
        tale.Offer(other, callout, stranger, second: 1);
        tale.Fact(other, "CalloutDeclined", callout, second: 2, by: "volunteer");
        tale.Change(callout, row => row with { Ring = 10 });
        tale.Releases.Add(new(other, stranger, Tale.At(from), Tale.At(until)));
        tale.Releases.Add(new(Guid.NewGuid(), stranger, Tale.At(0), Tale.At(60))); // for another incident
        Assert.Equal(held ? [] : ["I10"], Invariant.Judge(tale.Evidence()).Select(found => found.Id).Distinct());
    }

    [Fact]
    public void Every_invariant_has_its_name()
    {
        Assert.Equal(["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11"], Invariant.All.Select(invariant => invariant.Id).Distinct());
    }

    private void Violated(string id, string says)
    {
        var violations = Invariant.Judge(tale.Evidence());
        Assert.Contains(violations, one => one.Id == id && one.Violation.Contains(says, StringComparison.Ordinal));
    }
}
