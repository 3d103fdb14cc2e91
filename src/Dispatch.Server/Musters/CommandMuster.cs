using Dispatch.Server.Access;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;

namespace Dispatch.Server.Musters;

/// <summary>The operator's orders to a muster: stand down 解除, and check in by hand whoever is there without a phone. Repeatable under the command id.</summary>
internal sealed class CommandMuster(MusterLog log, TellPeople telling)
{
    /// <summary>Everybody who was called is told, whatever he answered; who had not been told yet never hears of it.</summary>
    public static async Task<IResult> StandDown(Guid id, CommandIncident.Request request, Caller caller, CommandMuster command, CancellationToken cancellation)
    {
        var outcome = await command.HandleAsync(
            caller, id, request, MusterFactKind.MusterStoodDown, reasonRequired: true,
            async open =>
            {
                if (!open.IsOpen)
                {
                    return Problems.Conflict("集结已解除", "The muster has been stood down already", await MusterView.ReadAsync(open.Connection, id, cancellation));
                }

                await using var end = open.Command("UPDATE musters SET state = 'stoodDown', ended_at = $2, end_reason = $3 WHERE id = $1", id, open.Now, request.Reason!.Trim());
                await end.ExecuteNonQueryAsync(cancellation);
                await using var tell = open.Command("UPDATE muster_people SET to_tell = CASE WHEN stage > 0 THEN 'musterStoodDown' END WHERE muster_id = $1", id);
                await tell.ExecuteNonQueryAsync(cancellation);
                open.Append(MusterFactKind.MusterStoodDown, Actor.Operator(caller.AccountId), new { reason = request.Reason!.Trim() }, request.CommandId);
                return null;
            },
            cancellation);
        command.Wake();
        return outcome.ToResult();
    }

    public static async Task<IResult> CheckIn(Guid id, Guid volunteerId, CommandIncident.Request request, Caller caller, CommandMuster command, CancellationToken cancellation) =>
        (await command.HandleAsync(
            caller, id, request, MusterFactKind.MusterCheckedIn, reasonRequired: false,
            async open =>
            {
                if (!open.IsOpen)
                {
                    return Problems.Conflict("集结已解除", "The muster has been stood down already", await MusterView.ReadAsync(open.Connection, id, cancellation));
                }

                await using var find = open.Command("SELECT stage FROM muster_people WHERE muster_id = $1 AND volunteer_id = $2", id, volunteerId);
                if (await find.ExecuteScalarAsync(cancellation) is not short stage)
                {
                    return Problems.NotFound("此人", "person in this muster");
                }

                if (stage < (short)MusterStage.CheckedIn)
                {
                    await AnswerMuster.CheckInAsync(open, volunteerId, "operator", null, cancellation);
                    open.Append(MusterFactKind.MusterCheckedIn, Actor.Operator(caller.AccountId), new { volunteerId, metres = (float?)null }, request.CommandId);
                }

                return null;
            },
            cancellation)).ToResult();

    private void Wake() => telling.Wake();

    private Task<Outcome<MusterView>> HandleAsync(
        Caller caller, Guid id, CommandIncident.Request request, MusterFactKind fact, bool reasonRequired, Func<OpenMuster, Task<Problem?>> change, CancellationToken cancellation)
    {
        var faults = CommandIncident.CheckCommand(request, reasonRequired);
        if (faults.Count > 0)
        {
            return Task.FromResult<Outcome<MusterView>>(Problems.Invalid(faults));
        }

        return log.ChangeAsync<MusterView>(
            id,
            async open =>
            {
                if (!caller.Commands(open.RegionPath))
                {
                    return Problems.NotFound("集结", "muster");
                }

                if (await open.FindOrderAsync(request.CommandId!.Value, cancellation) is { } earlier)
                {
                    var view = await MusterView.ReadAsync(open.Connection, id, cancellation);
                    return earlier == fact.ToString() ? view : Problems.DifferentBody(view);
                }

                return await change(open) is { } refusal ? refusal : await MusterView.ReadAsync(open.Connection, id, cancellation);
            },
            cancellation);
    }
}
