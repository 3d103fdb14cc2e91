using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Invariants;

/// <summary>
/// I5: no byte of an incident reaches a socket outside its audience. Audience of an incident: consoles whose command covers its place, and phones of
/// the volunteers who were called out to it; of a call-out: those consoles, and its own volunteer; of a muster: those consoles, and whom it calls.
/// </summary>
internal sealed class NothingAcrossTheBoundary : Invariant
{
    public override string Id => "I5";

    public override string Says => "no byte of an incident or muster reached a socket outside its audience";

    public override IEnumerable<string> Violations(Evidence evidence)
    {
        var state = evidence.State;
        var called = state.Callouts.Values.Select(callout => (callout.Incident, callout.Volunteer))
            .Concat(state.Musters.People.Select(person => (person.Muster, person.Volunteer))).Concat(evidence.CalledBefore).ToHashSet();
        foreach (var socket in evidence.Sockets)
        {
            foreach (var (id, at) in socket.Seen)
            {
                if (state.Musters.Musters.GetValueOrDefault(id) is { } muster)
                {
                    if (socket.Volunteer is { } one ? !called.Contains((id, one)) : !Covers(socket.RegionPath, muster.RegionPath))
                    {
                        yield return $"{socket.Owner} received at {Clock(at)} the id of muster {id} in {muster.RegionPath}";
                    }

                    continue;
                }

                var callout = state.Callouts.GetValueOrDefault(id);
                if (state.Incidents.GetValueOrDefault(callout?.Incident ?? id) is not { } incident)
                {
                    continue; // the id of something else
                }

                var allowed = socket.Volunteer is { } volunteer
                    ? callout is null ? called.Contains((incident.Id, volunteer)) : callout.Volunteer == volunteer
                    : Covers(socket.RegionPath, incident.RegionPath);
                if (!allowed)
                {
                    yield return $"{socket.Owner} received at {Clock(at)} the id of {(callout is null ? "incident" : $"call-out {callout.Id} of incident")} {incident.Id} in {incident.RegionPath}";
                }
            }
        }
    }
}
