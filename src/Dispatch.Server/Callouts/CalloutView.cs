using Dispatch.Server.Channels;

namespace Dispatch.Server.Callouts;

/// <summary>A call-out as operators see it.</summary>
internal sealed record CalloutView(
    Guid Id, short NeedOrdinal, int Wave, short Ring, int Rank, CalloutView.Person Volunteer, CalloutState State, double DistanceMetres, string LocatedBy,
    DateTimeOffset OfferedAt, DateTimeOffset DueAt, DateTimeOffset? SentAt, DateTimeOffset? DeliveredAt, DateTimeOffset? SeenAt, DateTimeOffset? AnsweredAt,
    DateTimeOffset ChangedAt, string? Reason)
{
    /// <summary>How it fared on the channels beside the live line.</summary>
    public IReadOnlyList<ChannelView> Channels { get; init; } = [];

    /// <summary>The name is null inside a stored fact and joined when the fact is read.</summary>
    internal sealed record Person(Guid Id, string? Name);

    public static CalloutView Of(Callout callout, string? name) => new(
        callout.Id, callout.NeedOrdinal, callout.Wave, callout.Ring, callout.Rank, new(callout.VolunteerId, name), callout.State,
        Math.Round(callout.DistanceMetres, 1), callout.LocatedBy, callout.OfferedAt, callout.DueAt, callout.SentAt, callout.DeliveredAt, callout.SeenAt,
        callout.AnsweredAt, callout.ChangedAt, callout.Reason);
}
