namespace Dispatch.Server.Channels;

/// <summary>A way to reach a volunteer. <c>Live</c> is the phone page's own line, which only reachability tests use from here.</summary>
internal enum ChannelKind
{
    Live,
    Push,
    Sms,
    Voice,
}

/// <summary>
/// queued -> sending -> sent -> delivered; a failed attempt goes back to queued. failed: refused for good, by us or by the gateway's report;
/// gaveUp: the attempts or the time ran out; unavailable: a test could not go out here at all. A delivery report may correct either of the first two.
/// </summary>
internal enum MessageState
{
    Queued,
    Sending,
    Sent,
    Delivered,
    Failed,
    GaveUp,
    Unavailable,
}

/// <summary>What a message of a call-out says: you are asked; you stood by and are needed now; you said yes and are not needed any more.</summary>
internal enum LetterKind
{
    CallOut,
    CalledUp,
    StandDown,
}

/// <summary>A row of the outbox: one call-out, or one reachability test, on one channel. Written in SQL (Outbox); read here.</summary>
internal sealed class ChannelMessage
{
    public required Guid Id { get; init; }

    public Guid? CalloutId { get; init; }

    public Guid? TestId { get; init; }

    public required Guid VolunteerId { get; init; }

    public required ChannelKind Channel { get; init; }

    public LetterKind Letter { get; init; }

    public required MessageState State { get; init; }

    public required short Attempts { get; init; }

    public string? Reason { get; init; }

    public DateTimeOffset? SentAt { get; init; }

    public DateTimeOffset? DeliveredAt { get; init; }

    public DateTimeOffset? ConfirmedAt { get; init; }

    public required DateTimeOffset ChangedAt { get; init; }
}

/// <summary>How a call-out or a test fared on one channel, as operators see it: docs/wire.md.</summary>
internal sealed record ChannelView(
    ChannelKind Channel, LetterKind Letter, MessageState State, short Attempts, string? Reason, DateTimeOffset? SentAt, DateTimeOffset? DeliveredAt, DateTimeOffset? ConfirmedAt, DateTimeOffset ChangedAt)
{
    public static IReadOnlyList<ChannelView> Of(IEnumerable<ChannelMessage> messages) =>
        [.. messages.OrderBy(message => message.Letter).ThenBy(message => message.Channel).Select(message => new ChannelView(
            message.Channel, message.Letter, message.State == MessageState.Sending ? MessageState.Queued : message.State, message.Attempts, message.Reason,
            message.SentAt, message.DeliveredAt, message.ConfirmedAt, message.ChangedAt))];
}
