namespace Dispatch.Server.Records;

internal enum RecordKind
{
    Incident,
    Muster,
}

/// <summary>Whose record it is. Incidents and musters number and chain their facts alike, each for itself; their ids are named by callers and may be the same.</summary>
internal readonly record struct RecordOf(RecordKind Kind, Guid Id)
{
    public override string ToString() => $"{(Kind == RecordKind.Muster ? "muster" : "incident")} {Id}";
}
