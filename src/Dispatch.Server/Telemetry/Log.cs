namespace Dispatch.Server.Telemetry;

/// <summary>Log events of the node about itself. Ids only: never a name, a phone number or a coordinate.</summary>
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} due times were missed by the clock and found by the auditor ({What})")]
    public static partial void TimersMissed(this ILogger log, int count, string what);
}
