using System.Text.RegularExpressions;
using Dispatch.Geo.PostGis;
using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Channels;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Dispatch.Server.MutualAid;
using Dispatch.Server.Policies;
using Dispatch.Server.Regions;
using Dispatch.Server.Teams;
using Dispatch.Server.Volunteers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Dispatch.Server.Storage;

/// <summary>The tables as entities. The tables themselves, their constraints and indexes are written in Migrations/*.sql.</summary>
internal sealed partial class DispatchDb : DbContext
{
    // Contexts are pooled: what one borrower has begun says nothing of the next.
    private DbContextId? inTransaction;

    // A change that fails is never mended within its transaction, it is made anew: a savepoint before each writing would be two round trips for nothing.
    public DispatchDb(DbContextOptions<DispatchDb> options)
        : base(options) => Database.AutoSavepointsEnabled = false;

    /// <summary>Begun by <see cref="BeginAsync"/>, and neither committed nor rolled back.</summary>
    public bool IsInTransaction => inTransaction is { } begun && begun == ContextId;

    /// <summary>A transaction on one connection: if that is lost, everything after fails (<see cref="OneConnection"/>). Use this, and not EF's own.</summary>
    public async Task<IDbContextTransaction> BeginAsync(CancellationToken cancellation)
    {
        var transaction = await Database.BeginTransactionAsync(cancellation);
        inTransaction = ContextId;
        return transaction;
    }

    internal void Ended() => inTransaction = null;

    public DbSet<RegionRow> Regions => Set<RegionRow>();

    public DbSet<Category> Categories => Set<Category>();

    public DbSet<Qualification> Qualifications => Set<Qualification>();

    public DbSet<Volunteer> Volunteers => Set<Volunteer>();

    public DbSet<WeeklyHours> WeeklyHours => Set<WeeklyHours>();

    public DbSet<Consent> Consents => Set<Consent>();

    public DbSet<Insurance> Insurances => Set<Insurance>();

    public DbSet<Certificate> Certificates => Set<Certificate>();

    public DbSet<LastPosition> Positions => Set<LastPosition>();

    public DbSet<Team> Teams => Set<Team>();

    public DbSet<TeamMember> TeamMembers => Set<TeamMember>();

    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<ActivationCode> ActivationCodes => Set<ActivationCode>();

    public DbSet<Incident> Incidents => Set<Incident>();

    public DbSet<Need> Needs => Set<Need>();

    public DbSet<Wave> Waves => Set<Wave>();

    public DbSet<Callout> Callouts => Set<Callout>();

    public DbSet<Fact> Facts => Set<Fact>();

    public DbSet<RegionMode> RegionModes => Set<RegionMode>();

    public DbSet<PolicyLine> Policies => Set<PolicyLine>();

    public DbSet<RegionOrder> RegionOrders => Set<RegionOrder>();

    public DbSet<AidRequest> AidRequests => Set<AidRequest>();

    public DbSet<Release> Releases => Set<Release>();

    public DbSet<ReleasedPerson> ReleasedPeople => Set<ReleasedPerson>();

    public DbSet<Agreement> Agreements => Set<Agreement>();

    public DbSet<ReserveFloor> ReserveFloors => Set<ReserveFloor>();

    public DbSet<UnifiedCommand> UnifiedCommands => Set<UnifiedCommand>();

    public DbSet<SelfOffer> SelfOffers => Set<SelfOffer>();

    public DbSet<RegionLiaison> RegionLiaisons => Set<RegionLiaison>();

    public DbSet<ChannelMessage> ChannelMessages => Set<ChannelMessage>();

    /// <summary>The database's clock at the moment a row is handed out; in a query only.</summary>
    public static DateTime ClockTimestamp() => throw new NotSupportedException("This is a function of the database.");

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDbFunction(() => ClockTimestamp()).HasName("clock_timestamp").IsBuiltIn();
        modelBuilder.Entity<RegionRow>().ToTable("regions").HasKey(region => region.Code);
        modelBuilder.Entity<RegionRow>().Property(region => region.Path).HasColumnType("ltree");
        modelBuilder.Entity<Category>().ToTable("categories").HasKey(category => category.Key);
        modelBuilder.Entity<Category>().Property(category => category.DefaultNeeds).HasColumnType("jsonb");
        modelBuilder.Entity<Qualification>().ToTable("qualifications");

        modelBuilder.Entity<Volunteer>().ToTable("volunteers");
        modelBuilder.Entity<WeeklyHours>().ToTable("weekly_hours").HasKey(hours => new { hours.VolunteerId, hours.Weekday, hours.FromTime });
        modelBuilder.Entity<Consent>().ToTable("consents");
        modelBuilder.Entity<Insurance>().ToTable("insurances");
        modelBuilder.Entity<Certificate>().ToTable("certificates");
        modelBuilder.Entity<LastPosition>().ToTable("positions").HasKey(position => position.VolunteerId);
        modelBuilder.Entity<Team>().ToTable("teams");
        modelBuilder.Entity<TeamMember>().ToTable("team_members").HasKey(member => new { member.TeamId, member.VolunteerId });

        modelBuilder.Entity<Account>().ToTable("accounts");
        modelBuilder.Entity<ActivationCode>().ToTable("activation_codes").HasKey(code => code.CodeHash);

        modelBuilder.Entity<Incident>().ToTable("incidents").Property(incident => incident.RegionPath).HasColumnType("ltree");
        modelBuilder.Entity<Need>().ToTable("needs").HasKey(need => new { need.IncidentId, need.Ordinal });
        modelBuilder.Entity<Need>().Property(need => need.Filled).IsConcurrencyToken();
        modelBuilder.Entity<Wave>().ToTable("waves").HasKey(wave => new { wave.IncidentId, wave.Number });
        modelBuilder.Entity<Callout>().ToTable("callouts");
        // The guard of every transition: EF writes UPDATE ... WHERE id = @id AND state = @state_that_was_read.
        modelBuilder.Entity<Callout>().Property(callout => callout.State).IsConcurrencyToken();
        modelBuilder.Entity<Fact>().ToTable("facts").HasKey(fact => new { fact.IncidentId, fact.Number });
        modelBuilder.Entity<Fact>().Property(fact => fact.Data).HasColumnType("jsonb");

        modelBuilder.Entity<ChannelMessage>().ToTable("channel_messages");

        modelBuilder.Entity<RegionMode>().ToTable("region_modes").HasKey(mode => mode.Region);
        modelBuilder.Entity<PolicyLine>().ToTable("policies");
        modelBuilder.Entity<PolicyLine>().Property(line => line.Version).IsConcurrencyToken();
        modelBuilder.Entity<RegionOrder>().ToTable("region_orders");
        modelBuilder.Entity<RegionOrder>().Property(order => order.Before).HasColumnType("jsonb");
        modelBuilder.Entity<RegionOrder>().Property(order => order.After).HasColumnType("jsonb");

        modelBuilder.Entity<AidRequest>().ToTable("aid_requests");
        modelBuilder.Entity<AidRequest>().Property(request => request.State).IsConcurrencyToken();
        modelBuilder.Entity<Release>().ToTable("releases");
        modelBuilder.Entity<ReleasedPerson>().ToTable("released_people").HasKey(person => new { person.ReleaseId, person.VolunteerId });
        modelBuilder.Entity<ReleasedPerson>().HasOne<Release>().WithMany().HasForeignKey(person => person.ReleaseId);
        modelBuilder.Entity<Agreement>().ToTable("agreements");
        modelBuilder.Entity<ReserveFloor>().ToTable("reserve_floors");
        modelBuilder.Entity<UnifiedCommand>().ToTable("unified_commands");
        modelBuilder.Entity<SelfOffer>().ToTable("self_offers");
        modelBuilder.Entity<RegionLiaison>().ToTable("region_liaisons").HasKey(liaison => new { liaison.Region, liaison.AccountId });

        DeclareOrderOfWriting(modelBuilder);
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            property.SetColumnName(WordStarts().Replace(property.Name, "_$1").ToLowerInvariant());
            property.ValueGenerated = Microsoft.EntityFrameworkCore.Metadata.ValueGenerated.Never;
            var type = Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType;
            if (type.IsEnum && property.GetColumnType() is null)
            {
                property.SetValueConverter((ValueConverter)Activator.CreateInstance(typeof(CamelCase<>).MakeGenericType(type))!);
            }
        }
    }

    /// <summary>EF writes parents before children only where it knows the reference.</summary>
    private static void DeclareOrderOfWriting(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Volunteer>().HasOne<RegionRow>().WithMany().HasForeignKey(volunteer => volunteer.HomeRegion);
        modelBuilder.Entity<WeeklyHours>().HasOne<Volunteer>().WithMany().HasForeignKey(hours => hours.VolunteerId);
        modelBuilder.Entity<Consent>().HasOne<Volunteer>().WithMany().HasForeignKey(consent => consent.VolunteerId);
        modelBuilder.Entity<Insurance>().HasOne<Volunteer>().WithMany().HasForeignKey(insurance => insurance.VolunteerId);
        modelBuilder.Entity<Certificate>().HasOne<Volunteer>().WithMany().HasForeignKey(certificate => certificate.VolunteerId);
        modelBuilder.Entity<LastPosition>().HasOne<Volunteer>().WithOne().HasForeignKey<LastPosition>(position => position.VolunteerId);
        modelBuilder.Entity<Account>().HasOne<Volunteer>().WithMany().HasForeignKey(account => account.VolunteerId);
        modelBuilder.Entity<ActivationCode>().HasOne<Volunteer>().WithMany().HasForeignKey(code => code.VolunteerId);
        modelBuilder.Entity<Team>().HasOne<Team>().WithMany().HasForeignKey(team => team.ParentId);
        modelBuilder.Entity<TeamMember>().HasOne<Team>().WithMany().HasForeignKey(member => member.TeamId);
        modelBuilder.Entity<TeamMember>().HasOne<Volunteer>().WithMany().HasForeignKey(member => member.VolunteerId);
        modelBuilder.Entity<Need>().HasOne<Incident>().WithMany().HasForeignKey(need => need.IncidentId);
        modelBuilder.Entity<Wave>().HasOne<Incident>().WithMany().HasForeignKey(wave => wave.IncidentId);
        modelBuilder.Entity<Fact>().HasOne<Incident>().WithMany().HasForeignKey(fact => fact.IncidentId);
        modelBuilder.Entity<Callout>().HasOne<Need>().WithMany().HasForeignKey(callout => new { callout.IncidentId, callout.NeedOrdinal });
    }

    [GeneratedRegex("(?<!^)([A-Z])")]
    private static partial Regex WordStarts();

    /// <summary>Enums are stored by the same camelCase names that travel on the wire and stand in the CHECK constraints.</summary>
    private sealed class CamelCase<TEnum>() : ValueConverter<TEnum, string>(
        value => char.ToLowerInvariant(value.ToString()[0]) + value.ToString().Substring(1),
        text => Enum.Parse<TEnum>(text, true))
        where TEnum : struct, Enum;
}
