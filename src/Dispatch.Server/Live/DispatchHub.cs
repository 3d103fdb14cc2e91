using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Storage;
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
    Receipts receipts,
    NpgsqlDataSource source,
    TimeProvider time) : Hub
{
    private Caller Caller => Access.Caller.Of(Context.User!);

    /// <summary>Console: join first, then replay what lies beyond the cursors, then the present. No cursors: only the present.</summary>
    [Authorize(SignIns.OperatorsOnly)]
    public async Task<object> WatchBoard(Dictionary<Guid, long>? cursors)
    {
        const int Page = 2000;
        var caller = Caller;
        var console = connections.Join(Context, caller, replays: cursors is not null);
        if (cursors is not null)
        {
            var beyond = (await facts.HeadsAsync(Context.ConnectionAborted))
                .Where(head => caller.Commands(head.RegionPath))
                .ToDictionary(head => head.Incident, head => cursors.GetValueOrDefault(head.Incident));
            foreach (var (incident, number) in cursors)
            {
                beyond.TryAdd(incident, number); // ended longer ago; the region is judged below
            }

            List<FactView> page;
            do
            {
                page = await facts.ReadAsync(beyond, Page, Context.ConnectionAborted);
                await console.ReplayAsync(page.Where(fact => caller.Commands(fact.RegionPath)));
                foreach (var fact in page)
                {
                    beyond[fact.IncidentId] = fact.Number;
                }
            }
            while (page.Count == Page);
            await console.EndReplayAsync();
        }

        return new { epoch = await EpochAsync(), serverTime = time.GetUtcNow() };
    }

    /// <summary>Phone: join with the phone's cursor; the pump sends what lies beyond it, and what comes.</summary>
    [Authorize(SignIns.VolunteersOnly)]
    public async Task<object> Watch(long cursor)
    {
        var volunteer = Caller.VolunteerId;
        await using var command = source.CreateCommand("SELECT last_number FROM inbox_heads WHERE volunteer_id = $1");
        command.Parameters.Add(new() { Value = volunteer });
        var head = (long?)await command.ExecuteScalarAsync(Context.ConnectionAborted) ?? 0;

        // A cursor beyond the head comes from before a restore: the epoch tells the client, and we start it from the beginning.
        connections.Join(Context, volunteer, cursor > head ? 0 : Math.Max(0, cursor));
        hints.Inboxes.Raise(volunteer);
        return new { epoch = await EpochAsync(), serverTime = time.GetUtcNow(), cursor = head };
    }

    /// <summary>Everything up to here reached the phone.</summary>
    [Authorize(SignIns.VolunteersOnly)]
    public void Received(long cursor) => receipts.Delivered(Caller.VolunteerId, cursor);

    [Authorize(SignIns.VolunteersOnly)]
    public void Seen(Guid calloutId) => receipts.Seen(Caller.VolunteerId, calloutId);

    [Authorize(SignIns.VolunteersOnly)]
    public async Task<object> Answer(Guid calloutId, AnswerCallout.Request request, [FromServices] AnswerCallout answer) =>
        await TellAsync(answer.HandleAsync(Caller, calloutId, request, CancellationToken.None));

    [Authorize(SignIns.VolunteersOnly)]
    public async Task<object> Progress(Guid calloutId, ReportProgress.Request request, [FromServices] ReportProgress progress) =>
        await TellAsync(progress.HandleAsync(Caller, calloutId, request, CancellationToken.None));

    [Authorize(SignIns.VolunteersOnly)]
    public async Task<object> Position(ReportPosition.Request request, [FromServices] ReportPosition report) =>
        await TellAsync(report.HandleAsync(Caller, request, Context.ConnectionAborted));

    [Authorize(SignIns.VolunteersOnly)]
    public async Task<object> Duty(SetDuty.Request request, [FromServices] SetDuty duty) =>
        await TellAsync(duty.HandleAsync(Caller, request, CancellationToken.None));

    /// <summary>A refusal is a value here, and so is an outage: the phone is told "not confirmed" and repeats.</summary>
    private static async Task<object> TellAsync<T>(Task<Outcome<T>> carriedOut)
    {
        Outcome<T> outcome;
        try
        {
            outcome = await carriedOut;
        }
        catch (Exception e) when (Parts.IsOutage(e))
        {
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
