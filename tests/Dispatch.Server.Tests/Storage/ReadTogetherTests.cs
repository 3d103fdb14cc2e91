using Dispatch.Server.Storage;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Storage;

/// <summary>Look-ups of one moment: alone at once, otherwise all who wait in one statement, and a failure is told to those it concerns.</summary>
public sealed class ReadTogetherTests
{
    private readonly List<IReadOnlyCollection<int>> statements = [];
    private TaskCompletionSource next = new();

    [Fact]
    public async Task Whoever_comes_while_others_are_read_waits_and_is_read_with_all_who_wait()
    {
        using var together = Reader();
        var alone = together.AskAsync(1, CancellationToken.None);
        var waiting = Enumerable.Range(2, 500).Select(one => together.AskAsync(one, CancellationToken.None)).ToList();
        Assert.Equal([1], Assert.Single(statements)); // at once

        Answer();
        await alone;
        await Eventually.True(() => statements.Count == 2, "the second statement");
        Assert.Equal(Enumerable.Range(2, 500), statements[1]);
        Assert.DoesNotContain(waiting, one => one.IsCompleted);

        Answer();
        await Task.WhenAll(waiting);
        Assert.Equal(2, statements.Count);
    }

    [Fact]
    public async Task A_failure_is_told_to_those_who_waited_for_it_and_to_nobody_after_them()
    {
        using var together = Reader();
        var failing = together.AskAsync(1, CancellationToken.None);
        var waiting = together.AskAsync(2, CancellationToken.None);

        Answer(new InvalidOperationException("gone"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => failing);

        await Eventually.True(() => statements.Count == 2, "the second statement");
        Answer();
        await waiting;
    }

    [Fact]
    public async Task One_who_gives_up_does_not_end_the_statement_of_the_others()
    {
        using var together = Reader();
        using var patience = new CancellationTokenSource();
        var reading = together.AskAsync(1, patience.Token);
        var waiting = together.AskAsync(2, patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        var patient = together.AskAsync(3, CancellationToken.None);
        Answer();
        await Eventually.True(() => statements.Count == 2, "the second statement");
        Assert.Equal([2, 3], statements[1]);
        Answer();
        await patient;
    }

    private ReadTogether<int> Reader() => new(wanted =>
    {
        statements.Add([.. wanted]);
        return next.Task;
    });

    private void Answer(Exception? failure = null)
    {
        var now = next;
        next = new();
        if (failure is null)
        {
            now.SetResult();
        }
        else
        {
            now.SetException(failure);
        }
    }
}
