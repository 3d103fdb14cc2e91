using System.Text.Json;
using Dispatch.Drills.Histories;
using Dispatch.Drills.Invariants;

namespace Dispatch.Server.Tests.Drills;

/// <summary>The promises of musters, each broken once: the checker must name it. The clean muster is part of the clean run of InvariantTests.</summary>
public sealed class MusterInvariantTests
{
    private readonly Tale tale = new Tale().Clean();

    private MusterTale Muster => tale.Muster;

    [Fact]
    public void I1_an_acknowledged_answer_that_the_record_does_not_hold()
    {
        Muster.Said(Order.MusterAccept, tale.Ben, 13);
        Violated("I1", "MusterAccept of muster");
    }

    [Fact]
    public void I1_an_acknowledged_muster_and_stand_down_that_are_not_there()
    {
        Muster.Attempts.Add(new("the operator futian", Order.CallMuster, Guid.NewGuid(), Guid.NewGuid(), Tale.At(1), Tale.At(1), Ending.Ok, ""));
        Muster.Said(Order.StandDown, null, 19);
        Violated("I1", "CallMuster of muster");
        Violated("I1", "StandDown of muster");
    }

    [Fact]
    public void I1_a_last_word_that_an_earlier_one_has_undone()
    {
        // Anna's yes came late and took back what she was told was done after it.
        Muster.LeaveOpen(tale);
        Muster.Go(tale, "MusterDeclined", 16, "2/2/2/2/1/0", tale.Ben);
        Muster.Go(tale, "MusterAccepted", 17, "2/2/2/2/2/1", tale.Ben);
        Muster.Change(tale.Ben, row => row with { Stage = 4, AnsweredAt = Tale.At(17) });
        Violated("I1", "was MusterDecline, at 00:00:14.000; he stands at stage 4");
    }

    [Fact]
    public void I1_an_unknown_answer_may_be_missing()
    {
        Muster.Said(Order.MusterCheckIn, tale.Ben, 15, Ending.Unknown);
        Holds();
    }

    [Fact]
    public void I4_a_hole_in_the_record_of_a_muster()
    {
        Muster.Lose(3);
        Violated("I4", "should hold facts 1..8");
    }

    [Fact]
    public void I4_somebody_who_has_still_to_be_told()
    {
        Muster.Change(tale.Ben, row => row with { ToTell = "musterStoodDown" });
        Violated("I4", "has still to be told musterStoodDown");
    }

    [Fact]
    public void I4_somebody_who_is_told_twice()
    {
        Muster.SayAgain(tale.Ben, "mustered");
        Violated("I4", "as 7 9; it was written down as 7");
    }

    [Fact]
    public void I4_a_console_that_did_not_come_to_the_end_of_a_muster()
    {
        tale.FutianConsole.MusterHeads[Muster.Id] = 5;
        Violated("I4", "console futian ended at fact 5 of muster");
    }

    [Fact]
    public void I5_a_muster_that_a_console_of_the_neighbouring_district_received()
    {
        tale.Sockets[1].Read(System.Text.Encoding.UTF8.GetBytes($"{Muster.Id}"));
        Violated("I5", "console luohu received");
    }

    [Fact]
    public void I8_a_fact_of_a_muster_that_was_changed()
    {
        Muster.Tamper(5, fact => fact with { At = fact.At.AddSeconds(-1) });
        Violated("I8", "fact 5 (MusterDeclined of 00:00:13.000) or the one before it was changed");
    }

    [Fact]
    public void I8_a_record_that_was_cut_out_in_the_middle()
    {
        Muster.Lose(7);
        Violated("I8", "fact 8 (MusterStandDownTold of 00:00:21.000) or the one before it was changed");
    }

    [Fact]
    public void I8_a_row_that_the_record_does_not_explain()
    {
        Muster.Change(tale.Ben, row => row with { Stage = 4 });
        Violated("I8", "stands at stage 4 of muster");
        Muster.Change(tale.Ben, row => row with { Stage = 3, AnsweredAt = Tale.At(14.5) });
        Violated("I8", "says 00:00:14.500 where the record says 00:00:14.000");
    }

    [Fact]
    public void I9_one_yes_that_is_in_the_record_twice()
    {
        Muster.LeaveOpen(tale);
        Muster.Go(tale, "MusterCheckedIn", 16, "2/2/2/2/1/1", tale.Anna);
        Violated("I9", "gave MusterCheckIn to muster");
    }

    [Fact]
    public void I9_an_answer_that_nobody_gave()
    {
        Muster.Attempts.RemoveAll(attempt => attempt.Order == Order.MusterDecline);
        Violated("I9", "his phone never did");
    }

    [Fact]
    public void I11_a_count_that_counts_an_answer_twice()
    {
        Muster.Tamper(4, fact => fact with { Data = JsonSerializer.SerializeToElement(new { volunteerId = tale.Anna, counts = new { people = 2, notified = 2, delivered = 2, responded = 2, accepted = 2, checkedIn = 0 } }) });
        Violated("I11", "counts 2/2/2/2/2/0; its record comes to 2/2/2/1/1/0");
    }

    [Fact]
    public void I11_a_reading_that_rises_from_left_to_right()
    {
        Muster.Read(99, 14, "2/2/1/2/1/0");
        Violated("I11", "2/2/1/2/1/0, which does not fall from left to right");
    }

    [Fact]
    public void I11_a_reading_that_is_not_what_the_record_said_then()
    {
        Muster.Read(5, 14, "2/2/2/2/2/0");
        Violated("I11", "after fact 5, 2/2/2/2/2/0; its record comes to 2/2/2/2/1/0");
    }

    [Fact]
    public void I11_a_reading_that_names_somebody_twice_or_does_not_add_up()
    {
        Muster.Read(4, 13.5, "2/2/2/1/1/0", (tale.Anna, "accepted"), (tale.Anna, "accepted"));
        Violated("I11", $"volunteer {tale.Anna} 2 times");
        Violated("I11", "2/2/2/1/1/0 above a list that comes to 2/2/2/2/2/0");
    }

    [Fact]
    public void I11_an_answer_after_the_end()
    {
        Muster.Go(tale, "MusterAccepted", 22, "2/2/2/2/2/1", tale.Ben);
        Violated("I11", $"MusterAccepted of {tale.Ben}, who was responded when it had been stood down");
    }

    private void Holds() => Assert.Empty(Invariant.Judge(tale.Evidence()));

    private void Violated(string id, string says)
    {
        var violations = Invariant.Judge(tale.Evidence());
        Assert.True(violations.Exists(one => one.Id == id && one.Violation.Contains(says, StringComparison.Ordinal)), $"{id} with \"{says}\" in:\n{string.Join('\n', violations)}");
    }
}
