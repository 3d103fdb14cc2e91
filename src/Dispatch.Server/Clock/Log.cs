namespace Dispatch.Server.Clock;

/// <summary>Log events of the timetable. Ids only: never a name, a phone number or a coordinate.</summary>
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Critical, Message = "The record of {Of} does not verify: fact {Number} {What}")]
    public static partial void RecordIsFlawed(this ILogger log, Records.RecordOf of, long number, string what);
}
