using Dispatch.Geo;
using Dispatch.Geo.Matching;
using Dispatch.Geo.Waves;

namespace Dispatch.Server.Volunteers;

/// <summary>
/// What one line of a roster file says about one volunteer. Null means the file says nothing, and nothing changes; an explicit
/// "none" (无) is an empty text or an empty list.
/// </summary>
internal sealed record RosterLine(int Number, string ExternalId)
{
    public string? Name { get; init; }

    /// <summary>In the form of <see cref="PhoneNumber"/>; empty: he has none.</summary>
    public string? Phone { get; init; }

    public string? RegionCode { get; init; }

    public DateOnly? DateOfBirth { get; init; }

    public Fitness? Fitness { get; init; }

    public Assessment? Assessment { get; init; }

    public string? Address { get; init; }

    public RegisteredPlace? Place { get; init; }

    public IReadOnlyList<HeldCertificate>? Certificates { get; init; }

    public InsurancePeriod? Insurance { get; init; }

    public bool? ConsentsToLocation { get; init; }

    public bool? ConsentsToRegisteredAddress { get; init; }

    public bool? ConsentsToCrossRegion { get; init; }

    /// <summary>External ids of teams.</summary>
    public IReadOnlyList<string>? Teams { get; init; }

    /// <summary>How he comes; <see cref="Geo.Waves.Means.Undeclared"/>: the file says that he has not said.</summary>
    public Means? Means { get; init; }

    public IEnumerable<(ConsentKind Kind, bool Given)> Consents()
    {
        if (ConsentsToLocation is { } location)
        {
            yield return (ConsentKind.Location, location);
        }

        if (ConsentsToRegisteredAddress is { } address)
        {
            yield return (ConsentKind.RegisteredAddress, address);
        }

        if (ConsentsToCrossRegion is { } crossRegion)
        {
            yield return (ConsentKind.CrossRegion, crossRegion);
        }
    }
}

/// <summary>Where the registered address lies. Kept to seven decimals (1 cm), so that the same file twice is the same place.</summary>
internal readonly record struct RegisteredPlace(double Longitude, double Latitude, int UncertaintyMetres)
{
    public static RegisteredPlace At(Position position, int uncertaintyMetres) =>
        new(Math.Round(position.Longitude, 7), Math.Round(position.Latitude, 7), uncertaintyMetres);
}

/// <summary>Both dates inclusive; no end when <paramref name="ValidUntil"/> is null. DateOnly.MinValue stands for no beginning (-infinity in the database).</summary>
internal readonly record struct HeldCertificate(short QualificationId, string Number, string Issuer, string? Grade, DateOnly ValidFrom, DateOnly? ValidUntil);

internal readonly record struct InsurancePeriod(string PolicyNumber, string Insurer, DateOnly ValidFrom, DateOnly ValidUntil);
