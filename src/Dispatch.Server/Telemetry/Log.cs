namespace Dispatch.Server.Telemetry;

/// <summary>Log events of the node about itself. Ids only: never a name, a phone number or a coordinate.</summary>
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The status row of this node could not be taken away ({Reason}); it is shown as gone for an hour")]
    public static partial void NodeRowStays(this ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} due times were missed by the clock and found by the auditor ({What})")]
    public static partial void TimersMissed(this ILogger log, int count, string what);
}
