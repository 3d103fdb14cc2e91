using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Clients;

/// <summary>A place to raise incidents at, with who commands there.</summary>
internal sealed record Site(double Longitude, double Latitude);

/// <summary>An operator under stress: raises incidents, sometimes two at one place in the same moment, widens, withdraws, closes or cancels them.</summary>
internal sealed class DrillOperator(Teller teller, Teller twin, IReadOnlyList<Site> sites, Random chance)
{
    private static readonly (string Category, string Qualification)[] Kinds =
        [("missingPerson", "order"), ("trafficAccident", "rescue.emergencyMedical"), ("trafficAccident", "order"), ("missingPerson", "rescue.emergencyMedical")];

    /// <summary>Raises and never ends.</summary>
    public bool KeepsOpen { get; init; }

    /// <summary>How long an incident runs before it is ended.</summary>
    public TimeSpan Lasts { get; init; } = TimeSpan.FromSeconds(9);

    /// <summary>One incident from raise to end, with a twin now and then: both over the same people, on different nodes.</summary>
    public async Task WorkAsync(CancellationToken ending)
    {
        var site = sites[chance.Next(sites.Count)];
        var works = new List<Task> { IncidentAsync(teller, site, Draw(), ending) };
        if (chance.NextDouble() < 0.35)
        {
            works.Add(IncidentAsync(twin, site, Draw(), ending));
        }

        await Task.WhenAll(works);
    }

    private Drawn Draw() => new(Kinds[chance.Next(Kinds.Length)], chance.Next(1, 4), chance.NextDouble(), chance.NextDouble());

    /// <summary><paramref name="ending"/>: end it now, the drill is over. Orders themselves are always seen through.</summary>
    private async Task IncidentAsync(Teller by, Site site, Drawn drawn, CancellationToken ending)
    {
        var id = Guid.CreateVersion7();
        var raised = await by.InsistAsync(
            Order.Raise, id, id, HttpMethod.Put, $"api/incidents/{id}",
            new
            {
                category = drawn.Kind.Category, risk = "演练", address = "演练", position = new { site.Longitude, site.Latitude, datum = "wgs84" },
                needs = new[] { new { qualification = drawn.Kind.Qualification, count = drawn.Needed } },
            },
            CancellationToken.None);
        if (raised != Ending.Ok || KeepsOpen)
        {
            return;
        }

        await Wait(Lasts / 2, ending);
        if (drawn.Mood < 0.15)
        {
            await OrderAsync(by, Order.Escalate, id, "escalate", null);
        }
        else if (drawn.Mood < 0.25)
        {
            await OrderAsync(by, Order.Recall, id, "recall", "演练");
        }

        await Wait(Lasts / 2, ending);
        await (drawn.Mood > 0.9 ? OrderAsync(by, Order.Cancel, id, "cancel", "演练") : OrderAsync(by, Order.Close, id, "close", "演练"));
    }

    private static Task<Ending> OrderAsync(Teller by, Order order, Guid incident, string path, string? reason)
    {
        var command = Guid.CreateVersion7();
        return by.InsistAsync(order, incident, command, HttpMethod.Post, $"api/incidents/{incident}/{path}", new { commandId = command, reason }, CancellationToken.None);
    }

    private static async Task Wait(TimeSpan time, CancellationToken ending) =>
        await Task.Delay(time, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private sealed record Drawn((string Category, string Qualification) Kind, int Needed, double Mood, double Later);
}
