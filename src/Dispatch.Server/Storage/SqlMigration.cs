using System.Reflection;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Dispatch.Server.Storage;

/// <summary>A migration that is one embedded <c>.sql</c> file named after its id: EF's runner, history table and lock, and DDL that people can read.</summary>
internal abstract class SqlMigration : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        var id = GetType().GetCustomAttribute<MigrationAttribute>()!.Id;
        migrationBuilder.Sql(EmbeddedSql.Read(id + ".sql"));
    }
}

[DbContext(typeof(DispatchDb)), Migration("0001_base")]
internal sealed class BaseSchema : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0002_reference_data")]
internal sealed class ReferenceData : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0003_channels")]
internal sealed class ChannelTables : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0004_delivery")]
internal sealed class Delivery : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0005_nodes")]
internal sealed class NodesAndPresence : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0006_telemetry")]
internal sealed class TelemetryTables : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0007_planner")]
internal sealed class Planner : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0008_policies")]
internal sealed class PoliciesAndModes : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0009_mutual_aid")]
internal sealed class MutualAidTables : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0010_musters")]
internal sealed class MusterTables : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0011_captains_and_liaisons")]
internal sealed class CaptainsAndLiaisons : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0012_fact_chain")]
internal sealed class FactChain : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0013_letters_and_nodes")]
internal sealed class LettersAndNodes : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0014_search_point")]
internal sealed class SearchPoint : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0015_drills")]
internal sealed class Drills : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0016_second_of_week")]
internal sealed class SecondOfWeek : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0017_own_answers")]
internal sealed class OwnAnswers : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0018_extents")]
internal sealed class Extents : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0019_candidate_degrees")]
internal sealed class CandidateDegrees : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0020_one_look_at_the_volunteer")]
internal sealed class OneLookAtTheVolunteer : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0021_latecomers")]
internal sealed class AddLatecomers : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0022_orders_by_time")]
internal sealed class OrdersByTime : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0023_unsettled_in_the_row")]
internal sealed class UnsettledInTheRow : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0024_muster_drills")]
internal sealed class MusterDrills : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0025_muster_fact_chain")]
internal sealed class MusterFactChain : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0026_ends_of_releases")]
internal sealed class EndsOfReleases : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0027_told_standby")]
internal sealed class ToldStandby : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0028_appeals_of_loans")]
internal sealed class AppealsOfLoans : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0029_newest_answer_of_a_muster")]
internal sealed class NewestAnswerOfAMuster : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0030_no_stand_ins")]
internal sealed class NoStandIns : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0031_whose_word")]
internal sealed class WhoseWord : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0035_rests_since")]
internal sealed class RestsSince : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0036_learn_in_one_pass")]
internal sealed class LearnInOnePass : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0037_waves_by_lz4")]
internal sealed class WavesByLz4 : SqlMigration;

[DbContext(typeof(DispatchDb)), Migration("0038_statistics_by_growth")]
internal sealed class StatisticsByGrowth : SqlMigration;
