using Dispatch.Geo.Matching;
using Dispatch.Geo.Waves;
using Dispatch.Server.Access;
using Dispatch.Server.Imports;

namespace Dispatch.Server.Volunteers;

/// <summary>A volunteer as the roster has him now, as far as a file can change him.</summary>
internal sealed record RosterEntry(Guid Id, string ExternalId, string Name, string RegionCode, string RegionPath, DateOnly DateOfBirth, Fitness Fitness, Assessment Assessment)
{
    public string? Phone { get; init; }

    public string? Address { get; init; }

    public RegisteredPlace? Place { get; init; }

    public IReadOnlyList<HeldCertificate> Certificates { get; init; } = [];

    public IReadOnlyList<InsurancePeriod> Insurances { get; init; } = [];

    /// <summary>Consents given and not withdrawn.</summary>
    public IReadOnlySet<ConsentKind> Consents { get; init; } = new HashSet<ConsentKind>();

    public IReadOnlyList<RosterTeam> Teams { get; init; } = [];

    public Means Means { get; init; }
}

internal sealed record RosterRegion(string Code, string Name, string Path, string TimeZone);

internal sealed record RosterTeam(Guid Id, string ExternalId, string Name, string RegionPath);

/// <summary>What exists already, of what the file speaks about.</summary>
internal sealed record RosterNow(
    IReadOnlyDictionary<string, RosterEntry> Entries, IReadOnlyDictionary<string, RosterRegion> Regions, IReadOnlyDictionary<string, RosterTeam> Teams);

internal enum RosterVerb
{
    Unchanged,
    Insert,
    Update,
}

/// <summary>One volunteer before (null: not there yet) and after the file.</summary>
internal sealed record RosterChange(int Line, RosterVerb Verb, RosterEntry? Before, RosterEntry After, RosterRegion Region);

/// <summary>
/// Compares what a file says with what the roster has and decides, line by line, what would change; every fault at once. Pure. The rule:
/// what a file does not say stays as it is, what it says becomes so, and who is not in the file is not touched.
/// </summary>
internal sealed class RosterPlan
{
    private readonly List<ImportFault> faults = [];
    private readonly List<RosterChange> changes = [];

    private RosterPlan()
    {
    }

    public IReadOnlyList<ImportFault> Faults => faults;

    public IReadOnlyList<RosterChange> Changes => changes;

    public int Count(RosterVerb verb) => changes.Count(change => change.Verb == verb);

    /// <summary>An operator of the region <paramref name="commandPath"/> imports: nothing outside it is read out or changed.</summary>
    public static RosterPlan Make(IReadOnlyList<RosterLine> lines, RosterNow now, string commandPath, Func<Guid> newId)
    {
        var plan = new RosterPlan();
        foreach (var line in lines)
        {
            plan.Add(line, now, commandPath, newId);
        }

        return plan;
    }

    private void Add(RosterLine line, RosterNow now, string commandPath, Func<Guid> newId)
    {
        var before = now.Entries.GetValueOrDefault(line.ExternalId);
        if (before is not null && !Caller.Covers(commandPath, before.RegionPath))
        {
            // Said without a name or a place: what lies outside the operator's region is not disclosed.
            Fault(line, RosterColumns.ExternalId, line.ExternalId, "此编号不属于您的辖区", "this number does not belong to your region");
            return;
        }

        var wasFaults = faults.Count;
        var region = RegionOf(line, before, now, commandPath);
        var teams = TeamsOf(line, before, now, commandPath);
        if (before is null)
        {
            Require(line, RosterColumns.Name, line.Name);
            Require(line, RosterColumns.Region, line.RegionCode);
            Require(line, RosterColumns.DateOfBirth, line.DateOfBirth);
            Require(line, RosterColumns.Fitness, line.Fitness);
            Require(line, RosterColumns.Assessment, line.Assessment);
        }

        if (faults.Count > wasFaults || region is null)
        {
            return;
        }

        var after = new RosterEntry(
            before?.Id ?? newId(), line.ExternalId, line.Name ?? before!.Name, region.Code, region.Path,
            line.DateOfBirth ?? before!.DateOfBirth, line.Fitness ?? before!.Fitness, line.Assessment ?? before!.Assessment)
        {
            Phone = line.Phone is null ? before?.Phone : line.Phone.Length == 0 ? null : line.Phone,
            Address = line.Address is null ? before?.Address : line.Address.Length == 0 ? null : line.Address,
            Place = line.Address is { Length: 0 } ? null : line.Place ?? before?.Place,
            Certificates = Ordered(line.Certificates ?? before?.Certificates ?? []),
            Insurances = WithPeriod(before?.Insurances ?? [], line.Insurance),
            Consents = WithConsents(before?.Consents ?? new HashSet<ConsentKind>(), line),
            Teams = [.. teams.OrderBy(team => team.ExternalId, StringComparer.Ordinal)],
            Means = line.Means ?? before?.Means ?? Means.Undeclared,
        };
        var verb = before is null ? RosterVerb.Insert : IsSame(before, after) ? RosterVerb.Unchanged : RosterVerb.Update;
        changes.Add(new RosterChange(line.Number, verb, before, after, region));
    }

    private RosterRegion? RegionOf(RosterLine line, RosterEntry? before, RosterNow now, string commandPath)
    {
        if ((line.RegionCode ?? before?.RegionCode) is not { } code)
        {
            return null;
        }

        if (now.Regions.TryGetValue(code, out var region) && Caller.Covers(commandPath, region.Path))
        {
            return region;
        }

        Fault(line, RosterColumns.Region, code, "没有此属地，或不在您的辖区内", "no such region, or not in your region");
        return null;
    }

    private IReadOnlyList<RosterTeam> TeamsOf(RosterLine line, RosterEntry? before, RosterNow now, string commandPath)
    {
        var had = before?.Teams ?? [];
        if (line.Teams is null)
        {
            return had;
        }

        var stated = new List<RosterTeam>();
        foreach (var externalId in line.Teams)
        {
            if (now.Teams.TryGetValue(externalId, out var team) && (Caller.Covers(commandPath, team.RegionPath) || had.Any(other => other.Id == team.Id)))
            {
                stated.Add(team);
            }
            else
            {
                Fault(line, RosterColumns.Teams, externalId, "没有此队伍，或不在您的辖区内", "no such team, or not in your region");
            }
        }

        // A team of another command that the file does not mention is not ours to take him out of.
        stated.AddRange(had.Where(team => !Caller.Covers(commandPath, team.RegionPath) && stated.TrueForAll(other => other.Id != team.Id)));
        return stated;
    }

    private static List<InsurancePeriod> WithPeriod(IReadOnlyList<InsurancePeriod> had, InsurancePeriod? stated)
    {
        var periods = had.Where(period => period.PolicyNumber != stated?.PolicyNumber).ToList();
        if (stated is { } period)
        {
            periods.Add(period);
        }

        periods.Sort((a, b) => string.CompareOrdinal(a.PolicyNumber, b.PolicyNumber));
        return periods;
    }

    private static HashSet<ConsentKind> WithConsents(IReadOnlySet<ConsentKind> had, RosterLine line)
    {
        var consents = new HashSet<ConsentKind>(had);
        foreach (var (kind, given) in line.Consents())
        {
            _ = given ? consents.Add(kind) : consents.Remove(kind);
        }

        return consents;
    }

    private static List<HeldCertificate> Ordered(IEnumerable<HeldCertificate> certificates) =>
        [.. certificates.OrderBy(certificate => certificate.QualificationId).ThenBy(certificate => certificate.Number, StringComparer.Ordinal)];

    private static bool IsSame(RosterEntry a, RosterEntry b) =>
        (a.Name, a.Phone, a.RegionCode, a.DateOfBirth, a.Fitness, a.Assessment, a.Address, a.Place, a.Means)
            == (b.Name, b.Phone, b.RegionCode, b.DateOfBirth, b.Fitness, b.Assessment, b.Address, b.Place, b.Means)
        && Ordered(a.Certificates).SequenceEqual(Ordered(b.Certificates))
        && WithPeriod(a.Insurances, null).SequenceEqual(WithPeriod(b.Insurances, null))
        && a.Consents.SetEquals(b.Consents)
        && a.Teams.Select(team => team.Id).ToHashSet().SetEquals(b.Teams.Select(team => team.Id));

    private void Require(RosterLine line, TableColumn column, object? value)
    {
        if (value is null)
        {
            Fault(line, column, "", "新登记的志愿者须填写此项", "needed for a volunteer who is not on the roster yet");
        }
    }

    private void Fault(RosterLine line, TableColumn column, string value, string message, string messageEn) =>
        faults.Add(new(line.Number, column.Heading, value, message, messageEn));
}
