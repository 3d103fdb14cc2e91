namespace Dispatch.Server.Policies;

/// <summary>The mode a region is in, in the order of gravity: the gravest of a region's own and its superiors' is in force.</summary>
internal enum Mode
{
    /// <summary>平时服务</summary>
    Peacetime,

    /// <summary>急时应急</summary>
    Urgent,

    /// <summary>灾时救灾</summary>
    Disaster,

    /// <summary>战时应战</summary>
    Wartime,
}

/// <summary>Who asks the neighbours when the permitted rings cannot fill a need.</summary>
internal enum AidAsked
{
    /// <summary>An operator's order only.</summary>
    Operator,

    /// <summary>The system, as soon as nobody is left to ask.</summary>
    Automatic,
}

/// <summary>Who may lend a region's people.</summary>
internal enum Approver
{
    /// <summary>The region's own desk.</summary>
    Desk,

    /// <summary>Only the desk of its superior.</summary>
    Superior,
}

/// <summary>A region's own mode.</summary>
internal sealed class RegionMode
{
    public required string Region { get; init; }

    public required Mode Mode { get; set; }

    public required DateTimeOffset Since { get; set; }
}
