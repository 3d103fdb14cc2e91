using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Invariants;

/// <summary>
/// I8: one fact per transition, rows and record say the same, and the record's chain of hashes verifies, computed here a second time from what
/// docs/audit.md says and not from the product's own code.
/// </summary>
internal sealed class RecordAgreesWithRows : Invariant
{
    public override string Id => "I8";

    public override string Says => "one fact per transition; rows and record agree; the record's chain verifies";

    public override IEnumerable<string> Violations(Evidence evidence)
    {
        var transitions = Transitions.ByCallout(evidence.State);
        foreach (var callout in evidence.State.Callouts.Values)
        {
            if (transitions[callout.Id].LastOrDefault() is not ({ } last, { } state))
            {
                yield return $"call-out {callout.Id} of volunteer {callout.Volunteer} has no fact at all";
            }
            else if (state != callout.State)
            {
                yield return $"call-out {callout.Id} is {callout.State} and its last fact ({last.Number}, {last.Kind}) says {state}";
            }
            else if ((last.At - callout.ChangedAt).Duration() > TimeSpan.FromMilliseconds(1))
            {
                yield return $"call-out {callout.Id} changed at {Clock(callout.ChangedAt)} and the fact of that is of {Clock(last.At)}: a transition without a fact";
            }
        }

        foreach (var orphan in transitions.Where(one => !evidence.State.Callouts.ContainsKey(one.Key)))
        {
            yield return $"the record speaks of call-out {orphan.Key}, which does not exist";
        }

        foreach (var incident in evidence.State.Facts.GroupBy(fact => fact.Incident))
        {
            var previous = new string('0', 64);
            foreach (var fact in incident)
            {
                if (fact.Hash != ChainedHash(previous, fact))
                {
                    yield return $"the record of incident {incident.Key} does not verify: fact {fact.Number} ({fact.Kind} of {Clock(fact.At)}) or the one before it was changed";
                    break;
                }

                previous = fact.Hash;
            }
        }
    }

    internal static string ChainedHash(string previous, FactRow fact) =>
        Sha256(string.Create(CultureInfo.InvariantCulture,
            $"dispatch fact 1\n{previous}\n{fact.Incident}\n{fact.Number}\n{fact.Kind}\n{fact.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}\n{fact.ByKind}\n{OrDash(fact.ById)}\n{OrDash(fact.Callout)}\n{OrDash(fact.Command)}\n{Sha256(fact.Data.GetRawText())}"));

    internal static string OrDash(Guid? id) => id?.ToString() ?? "-";

    internal static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
