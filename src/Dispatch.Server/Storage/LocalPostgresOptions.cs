namespace Dispatch.Server.Storage;

public sealed class LocalPostgresOptions
{
    /// <summary>
    /// Where the data lives; made when missing. The cluster is its subfolder <c>postgres</c>, beside it stand
    /// the password, the log and the lock. Required unless <see cref="Ephemeral"/>, which makes its own.
    /// </summary>
    public string? DataFolder { get; init; }

    /// <summary>
    /// For tests: a temporary folder that goes away with the cluster, and no fsync. A process that dies loses
    /// nothing even so; only a machine that dies would, and nobody keeps this data.
    /// </summary>
    public bool Ephemeral { get; init; }

    /// <summary>Erase what an earlier run left in <see cref="DataFolder"/> and begin with an empty cluster.</summary>
    public bool Fresh { get; init; }

    /// <summary>Server settings on top of ours, by their PostgreSQL names. Drills use it to break a promise on purpose.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}

/// <summary>The private cluster cannot be had. The message says what to do and is meant for the person at the keyboard.</summary>
public sealed class LocalPostgresException : Exception
{
    public LocalPostgresException(string message) : base(message) { }

    public LocalPostgresException(string message, Exception cause) : base(message, cause) { }
}
