namespace Dispatch.Server.MutualAid;

internal enum SelfOfferState
{
    Open,
    Accepted,
    Declined,
}

/// <summary>自荐: an uninvited "I am going". Nobody deploys himself: it waits for an operator's word, and even then he is asked like everybody else.</summary>
internal sealed class SelfOffer
{
    public required Guid Id { get; init; }

    public required Guid IncidentId { get; init; }

    public required Guid VolunteerId { get; init; }

    public required DateTimeOffset OfferedAt { get; init; }

    public string? Note { get; init; }

    public SelfOfferState State { get; private set; }

    public DateTimeOffset? DecidedAt { get; private set; }

    public Guid? DecidedBy { get; private set; }

    public void Decide(SelfOfferState how, DateTimeOffset at, Guid by) => (State, DecidedAt, DecidedBy) = (how, at, by);
}
