namespace Dispatch.Server.Channels;

/// <summary>Log events of the channels. Ids only: never a number, a name or a text.</summary>
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Message {Message} on {Channel} could not be sent or recorded; it is taken up again when its lease ends")]
    public static partial void MessageFailed(this ILogger log, Exception exception, Guid message, ChannelKind channel);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A call to {Path} was refused: {Reason}")]
    public static partial void InboundRefused(this ILogger log, string path, string reason);
}
