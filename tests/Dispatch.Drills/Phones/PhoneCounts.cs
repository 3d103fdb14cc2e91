using System.Globalization;

namespace Dispatch.Drills.Phones;

/// <summary>What all phones together have seen and done. Every field is changed with <see cref="Interlocked"/> only.</summary>
internal sealed class PhoneCounts
{
    public int Connected;
    public int Connects;
    public int CallOuts;
    public int Accepted;
    public int Declined;
    public int Silent;
    public int StoodBy;
    public int EnRoute;
    public int OnScene;
    public int TurnedBack;
    public int Released;
    public int Recalled;
    public int Positions;
    public int Refused;

    /// <summary>Orders whose outcome was unknown and that were sent again.</summary>
    public int Repeated;

    /// <summary>Items the server sent again; dropped, as the contract says.</summary>
    public int Duplicates;

    /// <summary>Numbers missing between two items; the phone asked for them again.</summary>
    public int Gaps;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Connected} phones connected ({Connects} connects), {CallOuts} call-outs: {Accepted} accepted, {Declined} declined, {Silent} silent, {StoodBy} standby; "
        + $"{EnRoute} set out, {OnScene} arrived, {TurnedBack} turned back, {Released} released, {Recalled} recalled; "
        + $"{Positions} positions, {Refused} refused, {Repeated} repeated, {Duplicates} duplicates, {Gaps} gaps");
}
