using Dispatch.Drills.Histories;
using Dispatch.Drills.Live;

namespace Dispatch.Drills.Clients;

/// <summary>Whom an operator can call to a muster: people with a phone, and teams of his district, most of whose members have none.</summary>
internal sealed record MusterPool(IReadOnlyList<Guid> People, IReadOnlyList<Guid> Teams);

/// <summary>
/// An operator who calls musters, sometimes the same one twice at once through two nodes, reads the roll call again and again, checks somebody in by
/// hand, and stands most of them down.
/// </summary>
internal sealed class MusterOperator(History history, Teller teller, Teller twin, MusterPool pool, IReadOnlyList<Site> sites, Random chance)
{
    private const int FewestCalled = 10, MostCalled = 250;

    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(9), ReadsEvery = TimeSpan.FromSeconds(1.5);

    /// <summary>One muster from call to stand-down. <paramref name="ending"/>: the drill is over. Orders themselves are always seen through.</summary>
    public async Task WorkAsync(CancellationToken ending)
    {
        var id = Guid.CreateVersion7();
        var site = sites[chance.Next(sites.Count)];
        var called = Draw(pool.People, Math.Clamp(pool.People.Count / 4, Math.Min(FewestCalled, pool.People.Count), MostCalled));
        var body = new
        {
            purpose = "演练", address = "演练", position = new { site.Longitude, site.Latitude, datum = "wgs84" }, assembleAt = history.Now + TimeSpan.FromHours(1),
            teams = chance.NextDouble() < 0.5 ? Draw(pool.Teams, 1) : [], volunteers = called,
        };
        var (twice, byHand, staysOpen) = (chance.NextDouble() < 0.4, chance.NextDouble() < 0.5, chance.NextDouble() < 0.2);
        Task<Ending> Call(Teller by) => by.InsistAsync(Order.CallMuster, id, id, HttpMethod.Put, $"api/musters/{id}", body, CancellationToken.None);
        if ((twice ? (await Task.WhenAll(Call(teller), Call(twin))).Min() : await Call(teller)) != Ending.Ok)
        {
            return;
        }

        for (var until = history.Now + Lasts; history.Now < until && !ending.IsCancellationRequested;)
        {
            await ReadAsync(twice ? twin : teller, id);
            if (byHand)
            {
                byHand = false;
                await CheckInAsync(id, called[0]);
            }

            await Task.Delay(ReadsEvery, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!staysOpen)
        {
            var command = Guid.CreateVersion7();
            await teller.InsistAsync(
                Order.StandDown, id, command, HttpMethod.Post, $"api/musters/{id}/stand-down", new { commandId = command, reason = "演练" }, CancellationToken.None);
        }

        await ReadAsync(teller, id);
    }

    private Task<Ending> CheckInAsync(Guid muster, Guid person)
    {
        var command = Guid.CreateVersion7();
        return teller.InsistAsync(
            Order.CheckInByHand, muster, command, person,
            stop => teller.SendAsync(HttpMethod.Post, $"api/musters/{muster}/people/{person}/check-in", new { commandId = command }, stop), CancellationToken.None);
    }

    private async Task ReadAsync(Teller by, Guid id)
    {
        if (await by.FindAsync<Muster>($"api/musters/{id}", CancellationToken.None) is { } muster)
        {
            history.Add(new RollReading(by.Client, id, muster.LastFact, history.Now, muster.Counts, [.. muster.People!.Select(one => (one.VolunteerId, one.Stage))]));
        }
    }

    private List<Guid> Draw(IReadOnlyList<Guid> of, int many)
    {
        var drawn = of.ToArray();
        chance.Shuffle(drawn);
        return [.. drawn.Take(many)];
    }
}
