namespace Dispatch.Server.Musters;

/// <summary>The furthest a person called to a muster has come. Each stage implies those before it: who has checked in was reached, whatever receipts say.</summary>
internal enum MusterStage : short
{
    /// <summary>On the list; his inbox does not hold the call yet.</summary>
    Listed,

    /// <summary>通知: the call is in his inbox.</summary>
    Notified,

    /// <summary>送达: the phone's cursor has passed it.</summary>
    Delivered,

    /// <summary>响应: he answered, and the answer was no.</summary>
    Responded,

    /// <summary>接受: he said that he comes.</summary>
    Accepted,

    /// <summary>签到: he is there.</summary>
    CheckedIn,
}

/// <summary>
/// How many have come how far: 签到 &lt;= 接受 &lt;= 响应 &lt;= 送达 &lt;= 通知 by construction. People are counted by the one furthest stage each of them has,
/// and every number is a sum over the stages from its own on.
/// </summary>
internal sealed record RollCall(int People, int Notified, int Delivered, int Responded, int Accepted, int CheckedIn)
{
    /// <summary>Said that they cannot come.</summary>
    public int Declined => Responded - Accepted;

    /// <param name="at">How many people have each stage as their furthest, in the order of <see cref="MusterStage"/>.</param>
    public static RollCall Of(IReadOnlyList<int> at)
    {
        int From(MusterStage stage) => at.Skip((int)stage).Sum();
        return new(
            From(MusterStage.Listed), From(MusterStage.Notified), From(MusterStage.Delivered), From(MusterStage.Responded), From(MusterStage.Accepted), From(MusterStage.CheckedIn));
    }

    public static RollCall Of(IEnumerable<MusterStage> people)
    {
        var at = new int[(int)MusterStage.CheckedIn + 1];
        foreach (var stage in people)
        {
            at[(int)stage]++;
        }

        return Of(at);
    }
}
