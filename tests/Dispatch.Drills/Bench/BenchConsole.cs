using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Dispatch.Drills.Live;
using Microsoft.AspNetCore.SignalR.Client;

namespace Dispatch.Drills.Bench;

/// <summary>The operator's console: hears every fact live, notes when, and checks that each incident's numbers come without gap or repetition.</summary>
internal sealed class BenchConsole : IAsyncDisposable
{
    private readonly HubConnection live;
    private readonly ConcurrentDictionary<Guid, int> heads = new();
    private readonly ConcurrentDictionary<Guid, long> acceptedAt = new();
    private readonly ConcurrentDictionary<Guid, (Guid Incident, int Wave)> offered = new();
    private int gaps, duplicates, cuts;

    private BenchConsole(HubConnection live) => this.live = live;

    public int Gaps => gaps;

    public int Duplicates => duplicates;

    public int Cuts => cuts;

    /// <summary>When this console heard that the call-out was accepted.</summary>
    public IReadOnlyDictionary<Guid, long> AcceptedAt => acceptedAt;

    public IReadOnlyDictionary<Guid, (Guid Incident, int Wave)> Offered => offered;

    public IReadOnlyDictionary<Guid, int> Heads => heads;

    public static async Task<BenchConsole> OpenAsync(Uri server, string accessToken, CancellationToken cancellation)
    {
        var console = new BenchConsole(LiveLine.To(server, accessToken));
        console.live.On<Fact>("Fact", console.Hear);
        console.live.Closed += error =>
        {
            if (error is not null)
            {
                Interlocked.Increment(ref console.cuts);
            }

            return Task.CompletedTask;
        };
        await console.live.StartAsync(cancellation);
        await console.live.InvokeAsync<JsonElement>("WatchBoard", null, cancellation);
        return console;
    }

    public ValueTask DisposeAsync() => live.DisposeAsync();

    private void Hear(Fact fact)
    {
        var now = Stopwatch.GetTimestamp();
        var head = heads.GetValueOrDefault(fact.IncidentId);
        if (fact.Number <= head)
        {
            Interlocked.Increment(ref duplicates);
            return;
        }

        if (fact.Number > head + 1)
        {
            Interlocked.Increment(ref gaps);
        }

        heads[fact.IncidentId] = fact.Number;
        switch (fact.Kind)
        {
            case "CalloutAccepted" when fact.CalloutId is { } accepted:
                acceptedAt[accepted] = now;
                break;
            case "CalloutOffered":
                var callout = fact.Data.GetProperty("callout");
                offered[callout.GetProperty("id").GetGuid()] = (fact.IncidentId, callout.GetProperty("wave").GetInt32());
                break;
        }
    }
}
