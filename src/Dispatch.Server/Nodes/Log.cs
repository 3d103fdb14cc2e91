namespace Dispatch.Server.Nodes;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Draining: {Clients} clients here, {Others} other nodes to take them")]
    public static partial void DrainBegins(this ILogger log, int clients, int others);

    [LoggerMessage(Level = LogLevel.Information, Message = "Drained: {Clients} clients are left, stopping")]
    public static partial void DrainEnds(this ILogger log, int clients);

    [LoggerMessage(Level = LogLevel.Error, Message = "Draining failed; stopping without it, clients resume from their cursors")]
    public static partial void DrainFailed(this ILogger log, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Room} connections, as many as the limit of open files has room for: more are closed at once. Raise the limit (LimitNOFILE, ulimit -n) or add a node")]
    public static partial void NoRoomForConnections(this ILogger log, int room);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The other nodes could not be told of this stop ({Reason}); they notice within five seconds")]
    public static partial void StoppedUnheard(this ILogger log, string reason);
}
