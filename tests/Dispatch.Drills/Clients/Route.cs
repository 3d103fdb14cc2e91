using Dispatch.Drills.Field;

namespace Dispatch.Drills.Clients;

/// <summary>Through the proxy that faults leave alone, through the one they disturb, or past both.</summary>
internal enum Road
{
    Good,
    Bad,
    Direct,
}

/// <summary>
/// Where a client finds a server: its own node first, the next one after every failure. What a load balancer with a health check does, done by the
/// client, so that nothing stands between it and a dying node.
/// </summary>
internal sealed class Route(DrillField drillField, int client, Road road = Road.Good)
{
    private int failures;

    public Uri Server
    {
        get
        {
            var node = drillField.Nodes[(client + Volatile.Read(ref failures)) % drillField.Nodes.Count];
            return road switch
            {
                Road.Good => node.By(node.Good),
                Road.Bad => node.By(node.Bad),
                _ => node.Address,
            };
        }
    }

    public void Failed() => Interlocked.Increment(ref failures);
}
