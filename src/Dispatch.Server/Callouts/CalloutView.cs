using System.Text.Json.Serialization;
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

    /// <summary>The answer was given by his captain; kept also when he repudiated it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OnBehalf? AnsweredBy { get; init; }

    /// <summary>Since when he is expected too late.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LateSince { get; init; }

    internal sealed record OnBehalf(Person By, OnBehalfChannel Channel, string Reason, DateTimeOffset? RepudiatedAt);

    /// <summary>The name is null inside a stored fact and joined when the fact is read.</summary>
    internal sealed record Person(Guid Id, string? Name);

    public static CalloutView Of(Callout callout, string? name) => new(
        callout.Id, callout.NeedOrdinal, callout.Wave, callout.Ring, callout.Rank, new(callout.VolunteerId, name), callout.State,
        Math.Round(callout.DistanceMetres, 1), callout.LocatedBy, callout.OfferedAt, callout.DueAt, callout.SentAt, callout.DeliveredAt, callout.SeenAt,
        callout.AnsweredAt, callout.ChangedAt, callout.Reason)
    {
        LateSince = callout.LateSince,
        AnsweredBy = callout.OnBehalfBy is { } by ? new(new(by, null), callout.OnBehalfChannel!.Value, callout.OnBehalfReason!, callout.RepudiatedAt) : null,
    };
}
