using Dispatch.Geo;
using Dispatch.Geo.Matching;
using Dispatch.Geo.Waves;
using Dispatch.Server.Access;
using Dispatch.Server.Imports;
using Npgsql;

namespace Dispatch.Server.Volunteers;

/// <summary>
/// A station brings its roster as a spreadsheet. First a dry run: what would change, and every fault of every line. Then the same file for good, in
/// one transaction: all of it or, with any fault, nothing. The same file twice changes nothing the second time.
/// </summary>
internal static class ImportVolunteers
{
    private const int PreviewLines = 20, MostFaults = 1_000;

    internal sealed record Place(string Code, string Name);

    internal sealed record Preview(
        int Line, RosterVerb Change, string ExternalId, string Name, Place Region, DateOnly DateOfBirth, Fitness Fitness, Assessment Assessment,
        IReadOnlyList<string> Qualifications, DateOnly? InsuredUntil, IReadOnlyList<string> Teams, Means Means);

    internal sealed record Report(
        bool DryRun, int Lines, int ToInsert, int ToUpdate, int Unchanged, IReadOnlyList<ImportFault> Faults, IReadOnlyList<Preview> Preview);

    public static async Task<IResult> Handle(
        HttpRequest request, bool? dryRun, Caller caller, NpgsqlDataSource source, GeoBounds bounds, PersonalData personal, TimeProvider time, CancellationToken cancellation)
    {
        if (await Upload.ReadAsync(request, SheetFile.MostBytes, cancellation) is not { } file)
        {
            return Problems.TooLarge(SheetFile.MostBytes);
        }

        var report = await RunAsync(file, dryRun == true, caller.RegionPath, source, bounds, personal, time, cancellation);
        return Upload.Answer(report, [.. report.Faults.Select(fault => new Fault(
            fault.Line == 0 ? "file" : fault.Column.Length == 0 ? $"lines[{fault.Line}]" : $"lines[{fault.Line}].{fault.Column}", fault.Message, fault.MessageEn))]);
    }

    public static async Task<Report> RunAsync(
        byte[] file, bool dryRun, string commandPath, NpgsqlDataSource source, GeoBounds bounds, PersonalData personal, TimeProvider time, CancellationToken cancellation)
    {
        Sheet sheet;
        try
        {
            sheet = SheetFile.Read(file);
        }
        catch (SheetRefused refused)
        {
            return new(dryRun, 0, 0, 0, 0, Most(refused.Faults), []);
        }

        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var patience = new NpgsqlCommand("SET LOCAL statement_timeout = '120s'", connection)) // 20,000 people are more than a request usually asks for
        {
            await patience.ExecuteNonQueryAsync(cancellation);
        }

        var qualifications = await RosterReader.QualificationsAsync(connection, cancellation);
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time.GetUtcNow(), await ZoneAsync(connection, commandPath, cancellation)).DateTime);
        var (lines, faults) = new RosterParser(qualifications, today, bounds).Read(sheet);
        var identified = lines.Where(line => line.ExternalId.Length > 0).ToList();
        var plan = RosterPlan.Make(identified, await RosterReader.ReadAsync(connection, identified, personal, cancellation), commandPath, Guid.CreateVersion7);

        // A cell that could not be read is not also missing.
        var unread = faults.Select(fault => (fault.Line, fault.Column)).ToHashSet();
        ImportFault[] all = [.. faults, .. plan.Faults.Where(fault => !unread.Contains((fault.Line, fault.Column)))];
        if (all.Length == 0 && !dryRun)
        {
            await RosterWriter.WriteAsync(connection, plan, personal, Gates.FixFreshFor, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        var names = qualifications.ToDictionary(qualification => qualification.Id, qualification => qualification.Name);
        return new(dryRun, sheet.Lines.Count, plan.Count(RosterVerb.Insert), plan.Count(RosterVerb.Update), plan.Count(RosterVerb.Unchanged),
            Most([.. all.OrderBy(fault => fault.Line)]), [.. plan.Changes.Take(PreviewLines).Select(change => Shown(change, names))]);
    }

    private static Preview Shown(RosterChange change, Dictionary<short, string> names) => new(
        change.Line, change.Verb, change.After.ExternalId, change.After.Name, new(change.Region.Code, change.Region.Name), change.After.DateOfBirth, change.After.Fitness,
        change.After.Assessment, [.. change.After.Certificates.Select(certificate => names[certificate.QualificationId])],
        change.After.Insurances.Count == 0 ? null : change.After.Insurances.Max(period => period.ValidUntil), [.. change.After.Teams.Select(team => team.Name)], change.After.Means);

    private static IReadOnlyList<ImportFault> Most(IReadOnlyList<ImportFault> faults) => faults.Count <= MostFaults
        ? faults
        : [.. faults.Take(MostFaults), ImportFault.OfFile($"另有 {faults.Count - MostFaults} 处错误未列出", $"and {faults.Count - MostFaults} more faults")];

    private static async Task<TimeZoneInfo> ZoneAsync(NpgsqlConnection connection, string path, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT time_zone FROM regions WHERE path = $1::ltree", connection);
        command.Parameters.Add(new() { Value = path });
        return TimeZoneInfo.FindSystemTimeZoneById((string)(await command.ExecuteScalarAsync(cancellation) ?? "Asia/Shanghai"));
    }
}
