namespace Dispatch.Server.Live;

/// <summary>Log events of the live side. Ids only: never a name, a phone number or a coordinate.</summary>
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis is away ({Reason}): hints between nodes wait for polling, nothing is lost")]
    public static partial void RedisIsAway(this ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis is there: hints and positions reach the other nodes at once")]
    public static partial void RedisIsBack(this ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Connection {Connection} was cut: {Reason}; it resumes from its own cursor")]
    public static partial void ConnectionCut(this ILogger log, string connection, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Loop} failed and goes on after {Pause}")]
    public static partial void LoopFailed(this ILogger log, Exception exception, string loop, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Error, Message = "Incident {Incident} could not be advanced; the sweep tries again")]
    public static partial void AskingFailed(this ILogger log, Exception exception, Guid incident);

    [LoggerMessage(Level = LogLevel.Error, Message = "Incident {Incident} was raised without asking anybody at once; the sweep asks")]
    public static partial void NotAskedAtOnce(this ILogger log, Exception exception, Guid incident);

    [LoggerMessage(Level = LogLevel.Error, Message = "Receipts of incident {Incident} could not be written yet and are tried again")]
    public static partial void ReceiptsFailed(this ILogger log, Exception exception, Guid incident);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Kind} {Subject} {Number} is in quarantine after {Failures} failures: everything else goes on, this needs somebody")]
    public static partial void Quarantined(this ILogger log, Exception exception, QuarantineKind kind, Guid subject, long number, int failures);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Kind} {Subject} {Number} failed by itself ({Failures}) and is tried again")]
    public static partial void FailedByItself(this ILogger log, Exception exception, QuarantineKind kind, Guid subject, long number, int failures);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database went from epoch {Before} to {Now}: it was restored; every client starts again from a snapshot")]
    public static partial void NewEpoch(this ILogger log, Guid before, Guid now);

    [LoggerMessage(Level = LogLevel.Error, Message = "A message for connection {Connection} could not be sent")]
    public static partial void SendFailed(this ILogger log, Exception exception, string connection);
}
