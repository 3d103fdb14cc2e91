namespace Dispatch.Server.Access;

internal enum Role
{
    Operator,
    Volunteer,
}

/// <summary>Who may sign in: an operator of a region by password, a volunteer by the one-time code of his station.</summary>
internal sealed class Account
{
    public required Guid Id { get; init; }

    public string? Username { get; init; }

    public string? PasswordHash { get; set; }

    public required Role Role { get; init; }

    public required string Name { get; set; }

    /// <summary>The operator's command: he sees this region and all below it.</summary>
    public string? Region { get; set; }

    public Guid? VolunteerId { get; init; }

    /// <summary>Raised to end every sign-in of this account.</summary>
    public int AuthEpoch { get; set; } = 1;

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A one-time code by which a station hands a phone to its volunteer. Only the hash is stored.</summary>
internal sealed class ActivationCode
{
    public required byte[] CodeHash { get; init; }

    public required Guid VolunteerId { get; init; }

    public Guid? IssuedBy { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; set; }
}
