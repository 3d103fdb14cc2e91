using System.Text.Json;
using Dispatch.Drills.Bench;
using Dispatch.Drills.Live;
using Xunit;

namespace Dispatch.Server.Tests.Drills;

/// <summary>A checker that never complains proves nothing: here it must.</summary>
public sealed class HistoryCheckTests
{
    private static readonly Guid Anna = Guid.NewGuid(), Ben = Guid.NewGuid();

    private readonly HistoryCheck check = new();

    [Fact]
    public void A_clean_history_has_no_fault()
    {
        var callout = Guid.NewGuid();
        Add([Raised(1), Offered(2, callout, Anna, 0), Plain(3, "CalloutAccepted", callout, 5), Plain(4, "CalloutReleased", callout, 9)], callout);
        var later = Guid.NewGuid();
        Add([Raised(1), Offered(2, later, Anna, 10), Plain(3, "CalloutExpired", later, 20)], later);

        Assert.Equal((2, 2, 1), (check.Incidents, check.Offered, check.Accepted));
        Assert.Equal(0, check.Lost + check.RecordGaps + check.ConsoleBehind + check.Overfilled);
    }

    [Fact]
    public void An_offer_that_no_phone_saw_is_lost()
    {
        Add([Raised(1), Offered(2, Guid.NewGuid(), Anna, 0)]);
        Assert.Equal(1, check.Lost);
    }

    [Fact]
    public void A_missing_number_a_deaf_console_and_a_crowd_are_found()
    {
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        check.Add(
            [Raised(1), Offered(3, one, Anna, 0), Offered(4, other, Ben, 0), Plain(5, "CalloutAccepted", one, 1), Plain(6, "CalloutAccepted", other, 1)],
            needed: 1, consoleHead: 4, new HashSet<Guid> { Anna, Ben }, _ => true);
        Assert.True(check.RecordGaps > 0);
        Assert.Equal(1, check.ConsoleBehind);
        Assert.Equal(1, check.Overfilled);
    }

    private void Add(List<Fact> facts, params Guid[] seen) => check.Add(facts, 1, facts.Count, new HashSet<Guid> { Anna, Ben }, seen.Contains);

    private static Fact Raised(int number) => Plain(number, "IncidentRaised", null, 0);

    private static Fact Offered(int number, Guid callout, Guid volunteer, int second) =>
        Plain(number, "CalloutOffered", callout, second) with { Data = JsonSerializer.SerializeToElement(new { callout = new { id = callout, volunteer = new { id = volunteer } } }) };

    private static Fact Plain(int number, string kind, Guid? callout, int second) =>
        new(Guid.Empty, number, kind, DateTimeOffset.UnixEpoch.AddSeconds(second), callout, default);
}
