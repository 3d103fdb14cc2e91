using Dispatch.Geo;
using Dispatch.Server.Access;
using Dispatch.Server.Regions;
using Dispatch.Server.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Setup;

/// <summary>
/// The first step into an empty system, where nobody can sign in yet: at start, by settings, the region tree is imported and a first operator is
/// made. Both are harmless to repeat; a faulty file or setting stops the start with the reasons.
/// </summary>
internal static partial class PrepareInstallation
{
    private const int ShortestPassword = 12;

    public static async Task RunAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var settings = services.GetRequiredService<IConfiguration>().GetSection("Setup");
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger("Dispatch.Setup");
        if (settings["Regions"] is { Length: > 0 } file)
        {
            await ImportAsync(services.GetRequiredService<ImportRegions>(), file, settings, log, cancellation);
        }

        if (settings["Operator"] is { Length: > 0 } username)
        {
            await MakeOperatorAsync(services, username, settings, log, cancellation);
        }
    }

    private static async Task ImportAsync(ImportRegions import, string file, IConfigurationSection settings, ILogger log, CancellationToken cancellation)
    {
        if (!Datums.TryParse(settings["Datum"], out var datum) || settings["BoundaryKind"] is not ("official" or "schematic") || !File.Exists(file))
        {
            throw new InvalidOperationException("Setup:Regions names a GeoJSON file; Setup:Datum (wgs84, cgcs2000, gcj02, bd09) and Setup:BoundaryKind (official, schematic) say what it holds.");
        }

        var report = await import.RunAsync(await File.ReadAllBytesAsync(file, cancellation), datum, settings["BoundaryKind"]!, dryRun: false, commandPath: null, cancellation);
        foreach (var warning in report.Warnings)
        {
            Careless(log, warning.Code, warning.Field, warning.MessageEn);
        }

        if (report.Faults.Count > 0)
        {
            throw new InvalidOperationException($"{file} has {report.Faults.Count} faults and was not imported:\n"
                + string.Join('\n', report.Faults.Take(50).Select(fault => $"  feature {fault.Feature} {fault.Code} {fault.Field}: {fault.MessageEn}")));
        }

        Imported(log, report.ToInsert, report.ToUpdate, report.Unchanged);
    }

    private static async Task MakeOperatorAsync(IServiceProvider services, string username, IConfigurationSection settings, ILogger log, CancellationToken cancellation)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<DispatchDb>>().CreateDbContextAsync(cancellation);
        username = username.Trim().ToLowerInvariant();
        if (await db.Accounts.AnyAsync(account => account.Username == username, cancellation))
        {
            return;
        }

        var region = settings["OperatorRegion"];
        if (settings["OperatorPassword"] is not { Length: >= ShortestPassword } password || !await db.Regions.AnyAsync(row => row.Code == region, cancellation))
        {
            throw new InvalidOperationException($"Setup:Operator needs Setup:OperatorPassword of at least {ShortestPassword} characters and Setup:OperatorRegion, the code of a region that is there.");
        }

        db.Accounts.Add(new Account
        {
            Id = Guid.CreateVersion7(),
            Username = username,
            PasswordHash = services.GetRequiredService<IPasswordHasher<Account>>().HashPassword(null!, password),
            Role = Role.Operator,
            Name = settings["OperatorName"] ?? username,
            Region = region,
            CreatedAt = services.GetRequiredService<TimeProvider>().GetUtcNow(),
        });
        await db.SaveChangesAsync(cancellation);
        Made(log, region!);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Regions imported: {Inserted} new, {Updated} changed, {Unchanged} as they were")]
    private static partial void Imported(ILogger log, int inserted, int updated, int unchanged);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Region {Code}, {Field}: {Warning}")]
    private static partial void Careless(ILogger log, string code, string field, string warning);

    [LoggerMessage(Level = LogLevel.Information, Message = "A first operator of region {Region} was made")]
    private static partial void Made(ILogger log, string region);
}
