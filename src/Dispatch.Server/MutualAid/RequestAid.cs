using Dispatch.Server.Access;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.MutualAid;

/// <summary>An operator asks neighbours for people, without waiting until nobody is left at home. Regions named, or the two nearest.</summary>
internal sealed class RequestAid(FactLog log)
{
    internal sealed record Request(Guid? CommandId, IReadOnlyList<string?>? Regions, string? Reason);

    private const int NearestAsked = 2, MostAsked = 10;

    public static async Task<IResult> Handle(Guid id, Request request, Caller caller, RequestAid ask, CancellationToken cancellation) =>
        (await ask.HandleAsync(caller, id, request, cancellation)).ToResult();

    public Task<Outcome<IncidentView>> HandleAsync(Caller caller, Guid id, Request request, CancellationToken cancellation)
    {
        var faults = CommandIncident.CheckCommand(new(request.CommandId, request.Reason), reasonRequired: false);
        if (request.Regions is { Count: > MostAsked or 0 })
        {
            faults.Add(new("regions", $"应为 1 至 {MostAsked} 个辖区，或留空以询问最近的两个", $"must be 1 to {MostAsked} regions, or absent to ask the two nearest"));
        }

        return faults.Count > 0 ? Task.FromResult<Outcome<IncidentView>>(Problems.Invalid(faults)) : log.ChangeAsync<IncidentView>(
            id,
            async record =>
            {
                if (!caller.Commands(record.Incident.RegionPath))
                {
                    return Problems.NotFound("警情", "incident");
                }

                if (await record.FindOrderAsync(request.CommandId!.Value, cancellation) is { } earlier)
                {
                    return earlier.Kind == nameof(FactKind.AidRequested) ? await IncidentView.ReadAsync(record.Db, id, cancellation) : Problems.DifferentBody(await IncidentView.ReadAsync(record.Db, id, cancellation));
                }

                return await AskAsync(record, caller, request, cancellation) is { } refusal ? refusal : await IncidentView.ReadAsync(record.Db, id, cancellation);
            },
            cancellation);
    }

    private static async Task<Problem?> AskAsync(OpenRecord record, Caller caller, Request request, CancellationToken cancellation)
    {
        var incident = record.Incident;
        if (incident.State != IncidentState.Open)
        {
            return Problems.Conflict("警情已结束", "The incident has ended", await IncidentView.ReadAsync(record.Db, incident.Id, cancellation));
        }

        if (incident.Drill)
        {
            return Problems.Conflict("演练不向其他辖区求援：演练只召集本辖区的演练手机", "A drill asks no other region for people: it calls the drill phones of its own", await IncidentView.ReadAsync(record.Db, incident.Id, cancellation));
        }

        var needs = await record.Db.Needs.Where(need => need.IncidentId == incident.Id).ToListAsync(cancellation);
        if (needs.TrueForAll(need => need.Missing == 0))
        {
            return Problems.Conflict("需求已全部到齐，无须增援", "Every need is filled: there is nothing to ask for", await IncidentView.ReadAsync(record.Db, incident.Id, cancellation));
        }

        var neighbours = await Lenders.NeighboursAsync(record.Connection, record.Transaction, incident, cancellation);
        if (neighbours.Count == 0)
        {
            return Problems.Conflict("没有共同上级之下的相邻辖区可以求援", "There is no other region under a common superior to ask", await IncidentView.ReadAsync(record.Db, incident.Id, cancellation));
        }

        var open = await record.Db.AidRequests.Where(asked => asked.IncidentId == incident.Id && asked.State == AidState.Open).Select(asked => asked.Region).ToListAsync(cancellation);
        var chosen = new List<Neighbour>();
        if (request.Regions is null)
        {
            chosen.AddRange(neighbours.Where(neighbour => !open.Contains(neighbour.Code)).Take(NearestAsked));
        }
        else
        {
            var faults = new List<Fault>();
            foreach (var (code, index) in request.Regions.Select((code, index) => (code, index)))
            {
                if (neighbours.Find(neighbour => neighbour.Code == code) is { } neighbour)
                {
                    chosen.Add(neighbour);
                }
                else
                {
                    faults.Add(new($"regions[{index}]", "不是同一上级之下可以求援的辖区", "is not a region under a common superior that could lend"));
                }
            }

            if (faults.Count > 0)
            {
                return Problems.Invalid(faults);
            }
        }

        chosen = [.. chosen.Where(neighbour => !open.Contains(neighbour.Code)).DistinctBy(neighbour => neighbour.Code)];
        if (chosen.Count == 0)
        {
            return Problems.Conflict("这些辖区正在答复同一求援", "These regions are being asked already", await IncidentView.ReadAsync(record.Db, incident.Id, cancellation));
        }

        await Lending.AskAsync(record, chosen, needs.Where(need => need.Missing > 0), caller.AccountId, request.CommandId, request.Reason, cancellation);
        return null;
    }
}
