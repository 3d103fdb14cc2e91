using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Storage;
using Dispatch.Server.Telemetry;
using Dispatch.Server.Volunteers;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.SignalR;
using Npgsql;

namespace Dispatch.Server.Live;

/// <summary>The live line to consoles and phones: a thin edge. It joins connections to their streams and passes orders to the same use cases as the routes.</summary>
[Authorize]
internal sealed class DispatchHub(
    Connections connections,
    Hints hints,
    FactReader facts,
    InboxReader inboxes,
    MyCallouts mine,
    Receipts receipts,
    Standings standings,
    NpgsqlDataSource source,
    Measures measures,
    TimeProvider time) : Hub
{
    private Caller Caller => Access.Caller.Of(Context.User!);

    /// <summary>Known first, judged second: a sign-in that ends in between is cut by one of the two.</summary>
    public override async Task OnConnectedAsync()
    {
        connections.Open(Context, Caller);
        SignIns.Forget(Context.GetHttpContext()!.Request);
        if (!await standings.StandsAsync(Caller, Context.ConnectionAborted))
        {
            Context.Abort();
        }
    }

    /// <summary>Console: cursors that have no room in one message with the others go ahead in parts, and the next <see cref="WatchBoard"/> counts them with its own.</summary>
    [Authorize(SignIns.OperatorsOnly)]
    public void Cursors(Dictionary<Guid, long> part)
    {
        var ahead = Context.Items.TryGetValue(nameof(Cursors), out var sent) ? (Dictionary<Guid, long>)sent! : [];
        foreach (var (incident, number) in part)
        {
            ahead[incident] = number;
        }

        if (ahead.Count > LiveLimits.MostCursors)
        {
            throw new HubException("tooManyCursors");
        }

        Context.Items[nameof(Cursors)] = ahead;
    }

    /// <summary>Console: join first, then replay what lies beyond the cursors, then the present. No cursors: only the present.</summary>
    [Authorize(SignIns.OperatorsOnly)]
    public async Task<object> WatchBoard(Dictionary<Guid, long>? cursors)
    {
        const int Page = 2000;
        if (Context.Items.Remove(nameof(Cursors), out var ahead) && cursors is not null)
        {
            foreach (var (incident, number) in (Dictionary<Guid, long>)ahead!)
            {
                cursors.TryAdd(incident, number);
            }
        }

        var caller = Caller;
        var console = connections.Join(Context, caller, replays: cursors is not null);
        if (cursors is not null)
        {
            var beyond = (await facts.HeadsAsync(Context.ConnectionAborted))
                .Where(head => Access.Caller.Hears(caller.RegionPath, head.Audience))
                .ToDictionary(head => head.Incident, head => cursors.GetValueOrDefault(head.Incident));
            foreach (var (incident, number) in cursors)
            {
                beyond.TryAdd(incident, number); // ended longer ago; the region is judged below
            }

            List<FactView> page;
            do
            {
                page = await facts.ReadAsync(beyond, Page, Context.ConnectionAborted);
                await console.ReplayAsync(page.Where(fact => Access.Caller.Hears(caller.RegionPath, fact.Audience)));
                foreach (var fact in page)
                {
                    beyond[fact.IncidentId] = fact.Number;
                }
            }
            while (page.Count >= Page);
            await console.EndReplayAsync();
        }

        return new { epoch = await EpochAsync(), serverTime = time.GetUtcNow() };
    }

    /// <summary>
    /// Phone: join with the phone's cursor; the pump sends what lies beyond it, and what comes. A cursor that cannot be continued from (of another
    /// epoch, ahead of us, or older than what is kept) is reset: the answer brings the whole picture, and the line goes on from there.
    /// </summary>
    [Authorize(SignIns.VolunteersOnly)]
    public async Task<object> Watch(PhoneCursor cursor)
    {
        var volunteer = Caller.VolunteerId;
        var (epoch, head, pruned) = await inboxes.StandAsync(volunteer, Context.ConnectionAborted);
        var reason = cursor.Epoch is { } known && known != epoch ? "epoch" : cursor.Number > head ? "ahead" : cursor.Number < pruned ? "retention" : null;
        connections.Join(Context, volunteer, reason is null ? cursor.Number : head);
        hints.Inboxes.Raise(volunteer);
        if (reason is null)
        {
            return new { epoch, serverTime = time.GetUtcNow(), cursor = head };
        }

        var picture = await mine.ReadAsync(volunteer, Context.ConnectionAborted);
        return new { epoch, serverTime = time.GetUtcNow(), cursor = head, reset = new { reason, picture.Epoch, picture.Cursor, picture.Callouts, picture.Musters } };
    }

    /// <summary>Everything up to here reached the phone.</summary>
    [Authorize(SignIns.VolunteersOnly)]
    public void Received(long cursor) => receipts.Delivered(Caller.VolunteerId, cursor);

    [Authorize(SignIns.VolunteersOnly)]
    public void Seen(Guid calloutId) => receipts.Seen(Caller.VolunteerId, calloutId);

    [Authorize(SignIns.VolunteersOnly), AnswersWithAProblem]
    public async Task<object> Answer(Guid calloutId, AnswerCallout.Request request, [FromServices] AnswerCallout answer) =>
        await TellAsync(answer.HandleAsync(Caller, calloutId, request, CancellationToken.None));

    [Authorize(SignIns.VolunteersOnly), AnswersWithAProblem]
    public async Task<object> Progress(Guid calloutId, ReportProgress.Request request, [FromServices] ReportProgress progress) =>
        await TellAsync(progress.HandleAsync(Caller, calloutId, request, CancellationToken.None));

    [Authorize(SignIns.VolunteersOnly), AnswersWithAProblem]
    public async Task<object> Position(ReportPosition.Request request, [FromServices] ReportPosition report) =>
        await TellAsync(report.HandleAsync(Caller, request, Context.ConnectionAborted));

    [Authorize(SignIns.VolunteersOnly), AnswersWithAProblem]
    public async Task<object> Duty(SetDuty.Request request, [FromServices] SetDuty duty) =>
        await TellAsync(duty.HandleAsync(Caller, request, CancellationToken.None));

    /// <summary>A refusal is a value here, and so is an outage: the phone is told "not confirmed" and repeats.</summary>
    private async Task<object> TellAsync<T>(Task<Outcome<T>> carriedOut)
    {
        Outcome<T> outcome;
        try
        {
            outcome = await carriedOut;
        }
        catch (Exception e) when (Parts.IsOutage(e))
        {
            measures.NotConfirmed("live");
            outcome = Problems.NotConfirmed();
        }

        return outcome switch
        {
            { Problem: { } problem } => new { ok = false, problem },
            { Value: Card card } => new { ok = true, card },
            _ => new { ok = true, value = outcome.Value },
        };
    }

    private async Task<Guid> EpochAsync()
    {
        await using var command = source.CreateCommand("SELECT epoch FROM deployment");
        return (Guid)(await command.ExecuteScalarAsync(Context.ConnectionAborted))!;
    }
}
