using Dispatch.Drills.Field;

namespace Dispatch.Drills.Clients;

/// <summary>
/// Where a client finds a server: its own node first, the next one after every failure. What a load balancer with a health check does, done by the
/// client, so that nothing stands between it and a dying node.
/// </summary>
internal sealed class Route(DrillField drillField, int client, bool badNetwork = false)
{
    private int failures;

    public bool BadNetwork => badNetwork;

    public Uri Server
    {
        get
        {
            var node = drillField.Nodes[(client + Volatile.Read(ref failures)) % drillField.Nodes.Count];
            return node.By(badNetwork ? node.Bad : node.Good);
        }
    }

    public void Failed() => Interlocked.Increment(ref failures);
}
